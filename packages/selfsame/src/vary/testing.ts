/** For tests only: builds a probe under variations and shows what it saw. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { testContext } from '../download/testing.js';
import type { TestContext } from '../download/testing.js';
import { sandboxesWork } from '../sandbox/test-environment.js';
import { runInUserNamespace } from '../sandbox/user-namespace.js';
import { commandOnMachine } from './builds/command-on-machine.js';
import type { CommandOptions, DisposableBuilder } from './builds/command-on-machine.js';
import type { BuildRun, Conditions, HostFacts, Variation } from './types.js';

export { sandboxesWork };

/** Seed of variations in tests. */
export const testSeed = 'a test';

/** 2023-11-14. */
export const testEpoch = 1_700_000_000;

/** A directory with a store and builders of commands in it; `dispose` removes all. */
export class CheckRoom {
  readonly directory = mkdtempSync(join(tmpdir(), 'selfsame-vary-'));
  readonly #builders: DisposableBuilder[] = [];
  #context: TestContext | undefined;

  async context(): Promise<TestContext> {
    return (this.#context ??= await testContext());
  }

  /** Files by path; those that end in `.sh` can be executed. */
  tree(name: string, files: Readonly<Record<string, string>>): string {
    const root = join(this.directory, name);
    mkdirSync(root, { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      if (path.endsWith('.sh')) chmodSync(join(root, path), 0o755);
    }
    return root;
  }

  async builder(
    cwd: string,
    command: readonly [string, ...string[]],
    changes: Partial<CommandOptions> = {},
  ): Promise<DisposableBuilder> {
    const builder = await commandOnMachine(
      {
        ...{ command, cwd, outputs: [], env: [], epoch: String(testEpoch), at: undefined },
        caller: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
        ...changes,
      },
      await this.context(),
    );
    this.#builders.push(builder);
    return builder;
  }

  async dispose(): Promise<void> {
    for (const builder of this.#builders) await builder[Symbol.asyncDispose]();
    await runInUserNamespace(['rm', '-rf', '--', this.directory]);
    if (this.#context === undefined) return;
    await runInUserNamespace(['rm', '-rf', '--', this.#context.directory]);
    await this.#context[Symbol.asyncDispose]();
  }
}

/** The conditions with all of the variations that work there, by the seed of tests. */
export function varyAll(
  base: Conditions,
  host: HostFacts,
  variations: readonly Variation[],
  seed: string = testSeed,
): Conditions {
  return variations
    .filter((one) => one.available(host).works)
    .reduce((conditions, one) => one.apply(conditions, host, seed), base);
}

/** What a build made of a file, as text. */
export function made(run: BuildRun, path: string): string {
  if (run.tree === undefined) throw new Error(`${run.id}: ${JSON.stringify(run.outcome)}`);
  return readFileSync(join(run.tree, path), 'utf8');
}
