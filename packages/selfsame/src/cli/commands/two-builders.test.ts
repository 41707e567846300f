import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPlan } from '../../build/engine.js';
import { openBuild, takeBack } from '../../build/open-build.js';
import { makeResult, writeResult } from '../../build/result.js';
import type { BuildResult } from '../../build/result.js';
import { openRig } from '../../build/test-rig.js';
import type { Rig } from '../../build/test-rig.js';
import { writeAllOut } from '../../build/write-all-out.js';
import { intentDigest, writeLockFile } from '../../environment/lock-file.js';
import { temporaryDirectory } from '../../record/testing.js';
import { sandboxesWork, TestRoom } from '../../sandbox/test-environment.js';
import { openStore } from '../../store/store.js';
import type { OpenStore } from '../../store/store.js';
import { loadWorkspace } from '../../workspace/load-workspace.js';
import { runCommandLine } from '../frame.js';
import { testIo, testProduct } from '../testing.js';
import { keyNewCommand } from './key-new.js';
import { signCommand } from './sign.js';
import { verifyCommand } from './verify.js';

/**
 * The main job between people: each has an own checkout, store and key; attestations are exchanged by
 * copying files; everybody judges by the same policy. Run with a sandbox that pretends, and on the real one
 * (with the host's own programs) where the machine can.
 */
describe.each([
  ['in a pretended sandbox', false],
  ['in a real sandbox', true],
])('two builders %s', (_name, isReal) => {
  describe.skipIf(isReal && !sandboxesWork)('who exchange attestations', () => {
    const room = new TestRoom();
    let folder: ReturnType<typeof temporaryDirectory>;
    let rigs: Rig[];

    beforeEach(() => {
      folder = temporaryDirectory();
      rigs = [];
    });
    afterEach(async () => {
      for (const rig of rigs) await rig.close();
      folder[Symbol.dispose]();
    });
    afterAll(() => room.dispose());

    const checkout = (name: string) => join(folder.path, name, 'checkout');
    const storeOf = (name: string) => join(folder.path, name, 'store');
    const keyOf = (name: string) => join(folder.path, `${name}.key`);

    async function prepare(name: string, source = 'some source\n'): Promise<void> {
      const root = checkout(name);
      mkdirSync(join(root, 'projects/tool'), { recursive: true });
      writeFileSync(
        join(root, 'selfsame.yaml'),
        'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n',
      );
      writeFileSync(join(root, 'projects/tool/source.txt'), source);
      writeFileSync(
        join(root, 'projects/tool/recipe.yaml'),
        `name: tool
version: "1.0"
environment: default
inputs: { source: { file: source.txt } }
steps: [{ name: build, run: "tr a-z A-Z </build/inputs/source/source.txt >/build/out/tool.txt" }]
outputs: ["*.txt"]
`,
      );
      const spec = loadWorkspace(root).environments.get('default')!;
      const { suite, architecture, distribution } = spec;
      await writeLockFile(join(root, 'selfsame.lock'), {
        environments: {
          default: {
            name: 'default',
            intent: intentDigest(spec),
            distribution,
            suite,
            architecture,
            epoch: 1_700_000_000,
            releases: [],
            stages: [{ name: 'base', packages: [] }],
          },
        },
        inputs: {},
      });
    }

    /** Builds a checkout into the builder's own store. */
    async function build(name: string): Promise<BuildResult> {
      const rig = await openRig(storeOf(name));
      rigs.push(rig);
      const { plan, dependencies } = await openBuild(checkout(name), {}, rig.context);
      const { materialise, runInSandbox } = isReal ? await real() : rig.dependencies;
      const [outcome] = await buildPlan(
        plan,
        { ...dependencies, materialise, runInSandbox, takeBack },
        rig.context,
        rig.options(),
      );
      if (outcome?.status !== 'built' && outcome?.status !== 'cached')
        throw new Error(JSON.stringify(outcome));
      await writeAllOut(rig.store, checkout(name), join(checkout(name), 'out'), [outcome]);
      rig.store.close();
      return outcome.result;
    }

    async function real(): Promise<Pick<Rig['dependencies'], 'materialise' | 'runInSandbox'>> {
      const { runInSandbox } = await import('../../sandbox/run.js');
      const model = await room.request('true');
      const mounts = model.mounts.filter(({ target }) => target !== '/build');
      return {
        materialise: () =>
          Promise.resolve({ name: 'host', digest: '', rootLayers: model.rootLayers }),
        runInSandbox: (request) =>
          runInSandbox({ ...request, mounts: [...mounts, ...request.mounts] }),
      };
    }

    async function run(name: string, ...argv: string[]) {
      let opened: OpenStore | undefined;
      const io = testIo({ cwd: checkout(name) });
      const base = testProduct([keyNewCommand, signCommand, verifyCommand]);
      const exitCode = await runCommandLine(argv, io, {
        ...base,
        loadSettings: async (env, at) => ({
          ...(await base.loadSettings(env, at)),
          storePath: storeOf(name),
        }),
        openStore: async (path) => (opened = await openStore(path)),
      });
      opened?.close();
      return { exitCode, out: io.stdout.text(), err: io.stderr.text() };
    }

    async function sign(name: string): Promise<string> {
      const made = await run(name, 'key', 'new', '--name', name, '--out', keyOf(name));
      expect(made).toMatchObject({ exitCode: 0, err: '' });
      return await signAgain(name);
    }

    async function signAgain(name: string): Promise<string> {
      const signed = await run(name, 'sign', '--key', keyOf(name));
      expect(signed).toMatchObject({ exitCode: 0, err: '' });
      return signed.out;
    }

    /** What a judge gets: the checkout's recipes, everybody's attestations, a policy. */
    async function collect(from: readonly string[], trusted = from): Promise<void> {
      await prepare('judge');
      const place = join(checkout('judge'), 'attestations');
      rmSync(place, { recursive: true, force: true });
      for (const name of from)
        cpSync(join(checkout(name), 'attestations'), place, { recursive: true });
      const signers = trusted.map(
        (name) => `  ${name}: ${readFileSync(keyOf(name).replace('.key', '.pub'), 'utf8')}`,
      );
      writeFileSync(
        join(checkout('judge'), 'policy.yaml'),
        `threshold: 2\nsigners:\n${signers.join('')}`,
      );
    }

    /** A builder whose machine was broken into: one bit of the artifact is another. */
    async function flipBit(name: string, result: BuildResult): Promise<string> {
      const store = await openStore(storeOf(name));
      const [artifact] = result.artifacts;
      const bytes = readFileSync(store.filePath(artifact!.sha256));
      bytes[0]! ^= 1;
      const { sha256 } = await store.putFile(bytes);
      const entry = store.entryPath('builds', result.buildId);
      const definition = JSON.parse(readFileSync(join(entry, 'definition.json'), 'utf8')) as never;
      const provenance = readFileSync(join(entry, 'provenance.json'));
      const flipped = makeResult(definition, result.buildId, [{ ...artifact!, sha256 }], {
        ...result,
        peakMemoryBytes: undefined,
      });
      await store.remove('builds', result.buildId);
      await store.publish('builds', result.buildId, (directory) =>
        writeResult(directory, store, definition, flipped, provenance),
      );
      store.close();
      return sha256;
    }

    it('are believed when they got the same, and a file is one of theirs or not', async () => {
      for (const name of ['alice', 'bob']) {
        await prepare(name);
        await build(name);
        await sign(name);
      }
      const [alice, bob] = ['alice', 'bob'].map((name) =>
        readdirSync(join(checkout(name), 'attestations/tool/1.0/default')),
      );
      expect(alice).toEqual(bob);
      expect(alice).toHaveLength(3);
      expect(alice).toEqual(expect.arrayContaining(['definitions', 'provenance']));
      await collect(['alice', 'bob']);
      const verdict = await run('judge', 'verify');
      expect(verdict.out).toMatch(
        /accepted: tool 1\.0 \(default\): 1 artifact, the same from alice and bob/,
      );
      expect(verdict).toMatchObject({ exitCode: 0, err: '' });
      const out = join(checkout('alice'), 'out/tool/1.0/default');
      expect(readdirSync(out).sort()).toContain('provenance.intoto.json');
      const name = isReal ? 'tool.txt' : 'result.txt';
      const file = join(out, name);
      expect((await run('judge', 'verify', 'tool', '--file', file)).exitCode).toBe(0);
      writeFileSync(file, `${readFileSync(file, 'utf8')}x`);
      const tampered = await run('judge', 'verify', 'tool', '--file', file);
      expect(tampered.exitCode).toBe(1);
      expect(tampered.out).toContain(`is not ${name} of tool 1.0 (default)`);
    });

    it('are refused when a bit differs, with both results shown', async () => {
      await prepare('alice');
      const { artifacts } = await build('alice');
      await sign('alice');
      await prepare('bob');
      const other = await flipBit('bob', await build('bob'));
      expect(await sign('bob')).toContain('without provenance: it names other artifacts');
      await collect(['alice', 'bob']);
      const { exitCode, out } = await run('judge', 'verify');
      expect(exitCode).toBe(1);
      expect(out).toContain('signers got different bits');
      for (const digest of [artifacts[0]!.sha256, other])
        expect(out).toContain(digest.slice(0, 12));
    });

    it('are refused when there is only one, or one that nobody knows', async () => {
      for (const name of ['alice', 'bob', 'mallory']) {
        await prepare(name);
        await build(name);
        await sign(name);
      }
      await collect(['alice'], ['alice', 'bob']);
      const alone = await run('judge', 'verify');
      expect(alone.exitCode).toBe(1);
      expect(alone.out).toContain('has 1 of 2 signers needed (alice)');
      await collect(['alice', 'mallory'], ['alice', 'bob']);
      const stranger = await run('judge', 'verify');
      expect(stranger.exitCode).toBe(1);
      expect(stranger.out).toContain('not counted: signatures on one payload by keys not in');
    });

    it('who built something else are told in which field', async () => {
      await prepare('alice');
      await prepare('bob', 'other source\n');
      for (const name of ['alice', 'bob']) {
        await build(name);
        await sign(name);
      }
      await collect(['alice', 'bob']);
      const { exitCode, out } = await run('judge', 'verify');
      expect(exitCode).toBe(1);
      expect(out).toContain('signers built 2 different things, which are not compared');
      expect(out).toMatch(
        / {4}differs from build id [0-9a-f]{12} in inputs\.source\.digest: [0-9a-f]{12} -> [0-9a-f]{12}\n/,
      );
      cpSync(storeOf('alice'), storeOf('judge'), { recursive: true });
      const mine = await run('judge', 'verify', 'tool', '--built');
      expect(mine.out).toMatch(
        /not compared: bob built something else .*\n.*inputs\.source\.digest/,
      );
    });

    it('sign only what is built, current and whole, and say so', async () => {
      await prepare('alice');
      await run('alice', 'key', 'new', '--name', 'alice', '--out', keyOf('alice'));
      const refusal = async () => {
        const { exitCode, err } = await run('alice', 'sign', '--key', keyOf('alice'));
        return `${exitCode} ${err}`;
      };
      expect(await refusal()).toMatch(
        /^3 .*NOT_BUILT.*tool@default has no finished build.*\n.*selfsame build tool@default/s,
      );
      const { artifacts, buildId } = await build('alice');
      const first = await signAgain('alice');
      expect(first).toContain('  signed: attestations/tool/1.0/default/');
      const before = readdirSync(join(checkout('alice'), 'attestations'), { recursive: true });
      expect(await signAgain('alice')).toBe(first.replace('  signed:', '  was signed already:'));
      expect(readdirSync(join(checkout('alice'), 'attestations'), { recursive: true })).toEqual(
        before,
      );
      writeFileSync(join(checkout('alice'), 'projects/tool/source.txt'), 'newer source\n');
      expect(await refusal()).toMatch(/^3 .*what the recipe and the lock say now was not built/s);
      writeFileSync(join(checkout('alice'), 'projects/tool/source.txt'), 'some source\n');
      const store = await openStore(storeOf('alice'));
      const file = store.filePath(artifacts[0]!.sha256);
      store.close();
      const bytes = readFileSync(file);
      rmSync(file);
      writeFileSync(file, Buffer.concat([bytes, Buffer.from('x')]));
      expect(await refusal()).toMatch(/^5 .*ARTIFACT_CHANGED.*selfsame build tool@default/s);
      rmSync(file);
      expect(await refusal()).toMatch(/^5 .*ARTIFACT_CHANGED.*is missing in the store/s);
      rmSync(join(storeOf('alice'), 'builds', buildId, 'result.json'));
      expect(await refusal()).toMatch(/^3 .*its result in the store is damaged/s);
    });
  });
});
