import { artifactPathProblem, sha256Hex } from '@selfsame/verify';
import type { BuildName, VotedArtifact } from '@selfsame/verify';
import { parseDeb822, words } from '../../download/deb822.js';

/** What a `.buildinfo` says (deb-buildinfo(5)). */
export interface Buildinfo {
  readonly build: BuildName;
  readonly artifacts: readonly VotedArtifact[];
  /** sha256 of the source package's `.dsc`, where it is listed; elsewhere the file names its source only. */
  readonly inputs: string | undefined;
  /** Packages of `Installed-Build-Depends`, with what identifies the whole list. */
  readonly environment: { readonly packages: number; readonly sha256: string };
}

const maxBytes = 8 * 1024 ** 2;
const maxFiles = 10_000;

/** Reads the signed text. Returns why it is no buildinfo, in a sentence without a full stop. */
export function readBuildinfo(bytes: Uint8Array): Buildinfo | string {
  if (bytes.length > maxBytes) return 'the buildinfo is too large';
  const { stanzas, problems } = parseDeb822(Buffer.from(bytes).toString('utf8'));
  const [problem] = problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const [fields] = stanzas;
  if (fields === undefined || stanzas.length !== 1) return 'it is not one paragraph of fields';
  const text = (name: string) => fields.get(name)?.trim() ?? '';
  if (!/^(?:0\.[12]|1\.0)$/.test(text('format'))) return 'it is not a buildinfo of format 1.0';
  // `Source: name (version)` where the version of the source differs from that of what was built.
  const [, source = ''] = /^([a-z0-9][a-z0-9+.-]*)(?: \([^()]+\))?$/.exec(text('source')) ?? [];
  if (source === '' || text('version') === '') return 'it does not name its source and version';
  const listed = readChecksums(fields.get('checksums-sha256') ?? '');
  if (typeof listed === 'string') return listed;
  const architectures = words(fields.get('architecture')).filter((name) => name !== 'source');
  const installed = text('installed-build-depends')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const dsc = listed.filter(({ path }) => path.endsWith('.dsc'));
  return {
    build: { project: source, version: text('version'), target: architectures.join(' ') },
    artifacts: listed.filter(({ path }) => !path.endsWith('.dsc')),
    inputs: dsc.length === 1 ? dsc[0]?.sha256 : undefined,
    environment: { packages: installed.length, sha256: sha256Hex(installed.sort().join('\n')) },
  };
}

/** Lines `<sha256> <size> <name>` below the field. */
function readChecksums(value: string): readonly VotedArtifact[] | string {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return 'it lists no sha256 sums';
  if (lines.length > maxFiles) return `it lists more than ${maxFiles} files`;
  const artifacts: VotedArtifact[] = [];
  for (const line of lines) {
    const [, sha256 = '', path = ''] = /^\s*([0-9a-f]{64}) +\d+ +(\S+)\s*$/.exec(line) ?? [];
    if (sha256 === '') return 'a line of Checksums-Sha256 is not a sum, a size and a name';
    const problem = path.includes('/') ? 'has a folder' : artifactPathProblem(path);
    if (problem !== undefined) return `a name in Checksums-Sha256 ${problem}`;
    artifacts.push({ path, sha256 });
  }
  return artifacts;
}
