import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createMessage, generateKey, readKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';
import { median } from './median.js';
import type { BenchRow } from './row.js';

/** As many as the largest collection of one project has, about. */
const WANTED = 2900;
/** Runs of gpgv that are timed; the rest would take as long each. */
const SAMPLE = 150;
const root = resolve(import.meta.dirname, '..');
const corpus = resolve(root, '../shared/corpora/guix.sigs');

/**
 * Signed hash lists of many builders, judged by one `selfsame verify`, against one `gpgv` for each. Real ones (replicated) where
 * they are beside the checkout, else made with 20 keys.
 */
export async function run(): Promise<readonly BenchRow[]> {
  if (spawnSync('gpgv', ['--version']).error !== undefined) return [];
  const work = mkdtempSync(join(tmpdir(), 'selfsame-bench-'));
  try {
    const isReal = existsSync(corpus);
    const made = isReal ? await replicate(work) : await generate(work);
    const ours = Array.from({ length: 3 }, () => verify(work));
    const files = made.signed.slice(0, SAMPLE);
    const each = Array.from({ length: 3 }, () => gpgv(work, files) / files.length);
    const seconds = median(ours.map(({ seconds: time }) => time));
    const megabytes = Math.max(...ours.map(({ megabytes: peak }) => peak));
    const peer = median(each) * made.signed.length;
    const what = `${made.signed.length} ${isReal ? 'real attestations, replicated' : 'attestations'}`;
    const note = `processor time of all processes on ${cpus().length} CPUs; gpgv timed over ${files.length}`;
    return [
      {
        name: `verdict on ${what}`,
        ours: seconds,
        peer,
        unit: 's',
        ratio: seconds / peer,
        bar: '≤ 1/5 of one gpgv each',
        met: seconds <= peer / 5,
        note,
      },
      {
        name: `memory for ${what}`,
        ours: megabytes,
        peer: 200,
        unit: 'MB',
        ratio: megabytes / 200,
        bar: '≤ 200 MB',
        met: megabytes <= 200,
        note: 'most resident at any time',
      },
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Made {
  /** Lists that have a signature beside them, absolute. */
  readonly signed: readonly string[];
}

async function replicate(work: string): Promise<Made> {
  const keys = join(corpus, 'builder-keys');
  const signers = new Map<string, string>();
  mkdirSync(join(work, 'keys'));
  const binary: Uint8Array[] = [];
  for (const name of readdirSync(keys)) {
    cpSync(join(keys, name), join(work, 'keys', name));
    const key = await readKey({ armoredKey: readFileSync(join(keys, name), 'utf8') });
    signers.set(key.getFingerprint(), name.replace(/\.gpg$/, ''));
    binary.push(key.write());
  }
  writePolicy(work, signers, binary);
  const releases = readdirSync(corpus).filter((name) => name !== 'builder-keys');
  const signed: string[] = [];
  for (let copy = 0; signed.length < WANTED; copy += 1) {
    for (const release of releases) {
      const to = join(work, 'bitcoin.sigs', `${release}.${copy}`);
      cpSync(join(corpus, release), to, { recursive: true });
      for (const signer of readdirSync(to)) {
        for (const name of readdirSync(join(to, signer))) {
          if (name.endsWith('.asc')) signed.push(join(to, signer, name.replace(/\.asc$/, '')));
        }
      }
    }
  }
  return { signed };
}

async function generate(work: string): Promise<Made> {
  const date = new Date('2024-01-01');
  const keys = new Map<string, PrivateKey>();
  const signers = new Map<string, string>();
  mkdirSync(join(work, 'keys'));
  const binary: Uint8Array[] = [];
  for (let index = 0; index < 20; index += 1) {
    const userIDs = [{ name: `s${index}` }];
    const { privateKey } = await generateKey({ userIDs, date, format: 'object' });
    keys.set(`s${index}`, privateKey);
    signers.set(privateKey.getFingerprint(), `s${index}`);
    writeFileSync(join(work, 'keys', `s${index}.gpg`), privateKey.toPublic().armor());
    binary.push(privateKey.toPublic().write());
  }
  writePolicy(work, signers, binary);
  const signed: string[] = [];
  for (let release = 0; signed.length < WANTED; release += 1) {
    const digest = (file: number) => `${release}${'0'.repeat(60)}${file}`.slice(-64);
    const list = Array.from({ length: 28 }, (_, file) => `${digest(file)}  file-${file}\n`).join(
      '',
    );
    for (const [name, key] of keys) {
      const folder = join(work, 'bitcoin.sigs', `1.${release}`, name);
      mkdirSync(folder, { recursive: true });
      const message = await createMessage({ binary: Buffer.from(list) });
      const signature = await sign({ message, signingKeys: key, detached: true, date });
      writeFileSync(join(folder, 'all.SHA256SUMS'), list);
      writeFileSync(join(folder, 'all.SHA256SUMS.asc'), String(signature));
      signed.push(join(folder, 'all.SHA256SUMS'));
    }
  }
  return { signed };
}

function writePolicy(
  work: string,
  signers: ReadonlyMap<string, string>,
  keys: readonly Uint8Array[],
): void {
  const lines = [...signers].map(([key, name]) => `  ${JSON.stringify(name)}: openpgp:${key}\n`);
  writeFileSync(join(work, 'policy.yaml'), `threshold: 2\nsigners:\n${lines.join('')}`);
  writeFileSync(join(work, 'ring.gpg'), Buffer.concat(keys));
}

/** Says at its end what it used: processor time of all its threads, and memory. */
const PROBE = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write('\\nused ' + (userCPUTime + systemCPUTime) / 1e6 + ' ' + maxRSS / 1024);
});`;

function verify(work: string): { readonly seconds: number; readonly megabytes: number } {
  const args = ['verify', '--attestations', join(work, 'bitcoin.sigs'), '--json'];
  const more = ['--policy', join(work, 'policy.yaml'), '--keyring', join(work, 'keys')];
  const probe = join(work, 'probe.cjs');
  writeFileSync(probe, PROBE);
  const program = join(root, 'packages/selfsame/bin/selfsame.js');
  const { stderr, stdout } = spawnSync('node', ['--require', probe, program, ...args, ...more], {
    maxBuffer: 512 * 1024 ** 2,
  });
  const [, seconds, megabytes] = /used ([\d.]+) ([\d.]+)$/.exec(stderr.toString().trim()) ?? [];
  if (seconds === undefined || !stdout.includes('"accepted"')) {
    throw new Error(`selfsame verify said ${stderr.toString().slice(0, 500)}`);
  }
  return { seconds: Number(seconds), megabytes: Number(megabytes) };
}

/** Processor time in seconds for one gpgv each, as the shell's `times` adds it up for children. */
function gpgv(work: string, files: readonly string[]): number {
  const script =
    'ring=$1; shift; for f; do gpgv --keyring "$ring" "$f.asc" "$f" 2>/dev/null; done; times';
  const out = execFileSync('bash', ['-c', script, 'bash', join(work, 'ring.gpg'), ...files]);
  const last = out.toString().trim().split('\n').at(-1) ?? '';
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
