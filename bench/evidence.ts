import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  canonicalDigest,
  formatLogEntry,
  formatNoteKey,
  formatPublicKey,
  leafHash,
  noteKey,
  resultClaimPayload,
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  treeHash,
  type EvidenceFile,
} from '@selfsame/verify';
import { inclusionRanges, rangeHashes, tilePath } from '../packages/selfsame/src/log/tiles.js';
import { formatCheckpoint, signNote } from '../packages/selfsame/src/signing/note.js';
import { formatEvidence } from '../packages/selfsame/src/evidence/format-evidence.js';
import { PrivateKey } from '../packages/selfsame/src/signing/private-key.js';
import { signEnvelope } from '../packages/selfsame/src/signing/envelope.js';
import type { BenchRow } from './row.js';

const bin = join(import.meta.dirname, '../packages/selfsame/bin/selfsame.js');
/** Milliseconds for one evidence file, start-up included. */
const BAR = 150;
const RUNS = 15;

/** One evidence file with 500 signatures on claims, from start to exit of the command. */
export async function run(): Promise<readonly BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfsame-evidence-'));
  try {
    const rows: BenchRow[] = [];
    for (const [name, signers, builds, logged] of [
      ['25 signers of 20 builds', 25, 20, false],
      ['500 signers of one build', 500, 1, false],
      ['25 signers of 20 builds, each with a log proof', 25, 20, true],
    ] as const) {
      const evidence = manySignatures(signers, builds, logged);
      const file = join(scratch, 'e.json');
      writeFileSync(file, formatEvidence(evidence));
      const digest = canonicalDigest(evidence.policy);
      const ours = await medianWall([bin, 'evidence', 'verify', file, '--policy-digest', digest]);
      rows.push({
        name: `evidence with 500 signatures: ${name}`,
        ours,
        peer: BAR,
        unit: 'ms',
        ratio: ours / BAR,
        bar: `≤ ${BAR} ms`,
        met: ours <= BAR,
        note: `median of ${RUNS}; \`node -e 0\` beside it ${(await medianWall(['-e', '0'])).toFixed(0)} ms`,
      });
    }
    return rows;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Median processor-friendly wall time in ms of a command that must exit with 0. */
async function medianWall(args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn <= RUNS; turn += 1) {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${args.join(' ')} exits with ${code}`);
    if (turn > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN;
}

function key(name: string): PrivateKey {
  return new PrivateKey(Buffer.from(sha256Hex(`bench ${name}`), 'hex'));
}

/** `signers` × `builds` claims, each signed by itself, as in files that were collected one by one. */
function manySignatures(signers: number, builds: number, logged: boolean): EvidenceFile {
  const names = Array.from({ length: signers }, (_, index) => `s${index}`);
  const origin = 'log.example/bench';
  const log = key('log');
  const witness = key('witness');
  const parts = Array.from({ length: builds }, (_, index) => {
    const build = { project: 'p', version: `${index}`, target: 'default' };
    const artifacts = [{ path: 'p.tar.gz', sha256: sha256Hex(`${index}`) }];
    const definition = sha256Hex('definition');
    const payload = resultClaimPayload({ build, definition, outcome: 'built', artifacts });
    return {
      build,
      definition,
      attestations: names.map((name) => signEnvelope(STATEMENT_PAYLOAD_TYPE, payload, key(name))),
    };
  });
  const entries = parts.flatMap(({ build, definition, attestations }) =>
    attestations.map(({ payload, signatures: [{ keyId, signature }] }) =>
      formatLogEntry({
        build,
        definition,
        outcome: 'built',
        payload: sha256Hex(payload),
        key: keyId,
        signature,
      }),
    ),
  );
  const leaves = entries.map(leafHash);
  const size = leaves.length;
  const text = formatCheckpoint({ origin, size, root: treeHash(leaves), extensions: [] });
  const checkpoint = {
    text,
    signatures: [signNote(text, origin, log), signNote(text, 'w', witness, 1_800_000_000)],
  };
  const tiles = new Map<string, Uint8Array>();
  for (let at = 0; at < size; at += 256) {
    const part = leaves.slice(at, at + 256);
    tiles.set(tilePath(0, at / 256, part.length), Buffer.concat(part));
    if (part.length === 256) tiles.set(tilePath(1, 0, 1), treeHash(part));
  }
  return {
    policy: {
      policy: 1,
      threshold: 2,
      ...(logged && {
        log: {
          logs: [formatNoteKey(noteKey(origin, 'note', log.publicKey))],
          witnesses: {
            threshold: 1,
            keys: [formatNoteKey(noteKey('w', 'cosignature', witness.publicKey))],
          },
          votes: 'required',
          max_age: '7d',
        },
      }),
      signers: Object.fromEntries(
        names.map((name) => [name, formatPublicKey(key(name).publicKey)]),
      ),
    },
    roster: [],
    builds: parts.map(({ build, attestations }) => ({ build, attestations, definitions: [] })),
    proofs: logged
      ? entries.map((extra, index) => ({
          index,
          hashes: rangeHashes(inclusionRanges(index, size), size, tiles),
          checkpoint,
          extra,
        }))
      : [],
    logs: [],
  };
}
