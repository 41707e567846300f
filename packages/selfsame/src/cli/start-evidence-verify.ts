import { availableParallelism } from 'node:os';
import { evidenceVerifyCommand } from './commands/evidence-verify.js';
import { main } from './main.js';
import { selfsameWith } from './product.js';

/** Each thread takes time to start. */
const MOST_THREADS = 8;

/** What start.ts does with `selfsame evidence verify`, without loading any other command or a store. Ends the process. */
export async function start(): Promise<void> {
  // Threads that check signatures: on a machine of two processors, Node.js's four would take turns with the one that
  // waits for their answers. Node.js looks when the first is needed.
  process.env['UV_THREADPOOL_SIZE'] ??= String(Math.min(availableParallelism(), MOST_THREADS));
  const product = selfsameWith([evidenceVerifyCommand], () => {
    throw new TypeError('evidence verify needs no store');
  });
  await main(product);
}
