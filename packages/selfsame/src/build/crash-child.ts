/**
 * A process of crash.test.ts: builds a small plan in the store `argv[2]` and kills itself, as by
 * `kill -9`, in front of the `argv[3]`-th call it makes to the file system. With 0 it lives, and prints
 * how many calls there were. With `argv[4]` = `full` it prints the code of the error it ends with.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { argv, exit, kill, pid, stdout } from 'node:process';

const killAt = Number(argv[3]);
let calls = 0;

function count(): void {
  calls += 1;
  if (calls === killAt) kill(pid, 'SIGKILL');
}

function instrument(target: object): void {
  for (const name of Object.getOwnPropertyNames(target)) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function' || /^[A-Z]/u.test(name) || name === 'constructor') continue;
    Reflect.set(target, name, function (this: unknown, ...args: unknown[]) {
      count();
      return Reflect.apply(original, this, args) as unknown;
    });
  }
}

const handle = await fs.promises.open(argv[1] ?? '');
const handlePrototype: unknown = Object.getPrototypeOf(handle);
await handle.close();
instrument(fs);
instrument(fs.promises);
if (typeof handlePrototype === 'object' && handlePrototype !== null) instrument(handlePrototype);
syncBuiltinESMExports();

const { buildPlan } = await import('./engine.js');
const { crashPlan } = await import('./crash-plan.js');
const { openRig } = await import('./test-rig.js');
const { SelfsameError } = await import('../errors/selfsame-error.js');

const rig = await openRig(argv[2]);
try {
  calls = 0;
  const outcomes = await buildPlan(
    crashPlan(rig),
    rig.dependencies,
    rig.context,
    rig.options({ jobs: 2, keepGoing: true }),
  );
  const codes = outcomes.map((outcome) =>
    outcome.status === 'failed' ? outcome.error.code : outcome.status,
  );
  stdout.write(`${calls}\n${codes.join(' ')}\n`);
} catch (error) {
  stdout.write(`${calls}\n${error instanceof SelfsameError ? error.code : String(error)}\n`);
}
exit(0);
