import { evidenceVerifyCommand } from './commands/evidence-verify.js';
import { main } from './main.js';
import { selfsameWith } from './product.js';

/** What start.ts does with `selfsame evidence verify`, without loading any other command or a store. Ends the process. */
export async function start(): Promise<void> {
  const product = selfsameWith([evidenceVerifyCommand], () => {
    throw new TypeError('evidence verify needs no store');
  });
  await main(product);
}
