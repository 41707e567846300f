/** For tests only: builds a probe under variations and shows what it saw. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

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

/** What a probe printed, by lines, without and with a variation. */
export interface Shown {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly base: Conditions;
  readonly conditions: Conditions;
  /** The determinizer's logs of both. */
  readonly logs: readonly string[];
}

/**
 * A test that a program in the real sandbox sees what a variation changes: `script` runs in a directory with the file
 * `given`, which is 1000 seconds older than the epoch; `$1` is the number of jobs. Where the variation does not work, the
 * test is that it says why.
 */
export function itShows(options: {
  readonly variation: Variation;
  readonly script: string;
  readonly check: (shown: Shown) => void | Promise<void>;
}): void {
  const { variation, script } = options;
  describe.skipIf(!sandboxesWork)(`the variation ${variation.name}`, () => {
    const room = new CheckRoom();
    afterAll(() => room.dispose());

    it('is seen by programs', async () => {
      const cwd = room.tree('probe', {
        given: 'given',
        'probe.sh': `#!/bin/sh\n{ ${script}\n} >seen\n`,
      });
      utimesSync(join(cwd, 'given'), testEpoch - 1000, testEpoch - 1000);
      const builder = await room.builder(cwd, ['./probe.sh', '{jobs}'], {
        limits: { wallSeconds: 200 },
      });
      const { base, host } = builder;
      const works = variation.available(host);
      if (!works.works) return expect(works.why).toMatch(/[;:]/);
      const conditions = variation.apply(base, host, testSeed);
      const runs = await Promise.all([
        builder.build(base, [], 'build-1'),
        builder.build(conditions, [variation.name], 'build-2'),
      ]);
      const [before = [], after = []] = runs.map((run) =>
        made(run, 'seen').split('\n').slice(0, -1),
      );
      const logs = runs.flatMap(({ logPath }) => logPath ?? []);
      await options.check({ before, after, base, conditions, logs });
      const { a, b } = variation.values(base, conditions);
      expect(a).not.toBe(b);
    });
  });
}
