import type {
  ArtifactVerdict,
  Cluster,
  DefinitionVerdict,
  NotCounted,
  Policy,
} from '@selfsame/verify';
import { printable } from '../text/printable.js';
import type { Style } from '../text/style.js';
import { displayWidth } from '../text/width.js';
import { SHORT } from './verdict-notes.js';

/** Widest table with one column for each signer; beyond it, signers are listed. */
export const MAX_COLUMNS = 120;

interface Cell {
  readonly text: string;
  readonly colour: 'green' | 'red' | 'dim' | 'plain';
}

/** Signer × artifact: each cell is what the signer got, why that does not count, or a dash where it says nothing. */
export function signerTable(
  definition: DefinitionVerdict,
  policy: Policy,
  notCounted: readonly NotCounted[],
  style: Style,
  columns: number,
): string[] {
  const signers = policy.signers.map(({ name }) => name);
  const heading: Cell[] = ['artifact', ...signers, 'verdict'].map((text) => ({
    text,
    colour: 'dim',
  }));
  const rows = definition.artifacts.map((artifact): Cell[] => [
    { text: printable(artifact.path), colour: 'plain' },
    ...signers.map((signer) => cell(artifact, signer, notCounted)),
    { text: artifact.reason, colour: artifact.accepted ? 'green' : 'red' },
  ]);
  const all = [heading, ...rows];
  const widths = heading.map((_, column) =>
    all.reduce((width, row) => Math.max(width, displayWidth(row[column]?.text ?? '')), 0),
  );
  if (widths.reduce((sum, width) => sum + width + 2, 0) > Math.min(columns, MAX_COLUMNS)) {
    return lists(definition.artifacts, style);
  }
  return all.map((row) => {
    const cells = row.map(({ text, colour }, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - displayWidth(text));
      const painted = colour === 'plain' ? text : style[colour](text);
      return column === row.length - 1 ? painted : painted + padding;
    });
    return `  ${cells.join('  ')}`;
  });
}

function cell(artifact: ArtifactVerdict, signer: string, notCounted: readonly NotCounted[]): Cell {
  const claimed = artifact.clusters.filter(
    ({ agree, differs }) => agree.includes(signer) || differs.includes(signer),
  );
  const [first] = claimed;
  if (first === undefined) {
    const failed = notCounted.find(
      (vote) => vote.signer === signer && vote.paths.includes(artifact.path),
    );
    return failed === undefined
      ? { text: '-', colour: 'dim' }
      : { text: failed.reason, colour: 'red' };
  }
  const text = claimed.map(({ sha256 }) => sha256.slice(0, SHORT)).join('!=');
  // One result has most signers: it is what the others are compared with.
  const leading = artifact.clusters[0];
  const same = claimed.length === 1 && first === leading && first.agree.includes(signer);
  return { text, colour: same ? 'green' : 'red' };
}

/** Signers without a word on an artifact, named one by one; more are counted. */
const SHOWN_ABSENT = 10;
/** Names of artifacts that are alike, shown one by one. */
const SHOWN_ALIKE = 3;

/**
 * For many signers and narrow terminals: one line for each result of an artifact. Artifacts that the same signers
 * agree on are told once; what differs is told in full, and first.
 */
function lists(artifacts: readonly ArtifactVerdict[], style: Style): string[] {
  const alike = new Map<string, ArtifactVerdict[]>();
  const alone: ArtifactVerdict[] = [];
  for (const artifact of artifacts) {
    const { reason, clusters } = artifact;
    if (clusters.length > 1 || reason === 'excepted') {
      alone.push(artifact);
      continue;
    }
    const [{ agree, differs, absent } = { agree: [], differs: [], absent: [] }] = clusters;
    const id = JSON.stringify([reason, agree, differs, absent]);
    const group = alike.get(id);
    if (group === undefined) alike.set(id, [artifact]);
    else group.push(artifact);
  }
  return [
    ...alone.flatMap((artifact) => list([artifact], style)),
    ...[...alike.values()].flatMap((group) => list(group, style)),
  ];
}

function list(group: readonly ArtifactVerdict[], style: Style): string[] {
  const [artifact] = group;
  if (artifact === undefined) return [];
  const names = group.slice(0, SHOWN_ALIKE).map(({ path }) => printable(path));
  const more = group.length - names.length;
  const name =
    group.length === 1
      ? names.join('')
      : `${group.length} artifacts (${names.join(', ')}${more > 0 ? `, ${more} more` : ''})`;
  const heading = `  ${name}: ${artifact.reason}`;
  const absent = artifact.clusters[0]?.absent ?? [];
  const digest = (sha256: string) =>
    (group.length === 1 ? sha256 : 'same').slice(0, SHORT).padEnd(SHORT);
  return [
    artifact.accepted ? style.green(heading) : style.red(heading),
    ...artifact.clusters.map((cluster) => `    ${digest(cluster.sha256)}  ${who(cluster)}`),
    ...(absent.length === 0 ? [] : [style.dim(`    ${'-'.padEnd(SHORT)}  ${silent(absent)}`)]),
  ];
}

function silent(absent: readonly string[]): string {
  return absent.length <= SHOWN_ABSENT ? absent.join(', ') : `${absent.length} other signers`;
}

function who({ agree, differs }: Cluster): string {
  const claims = [agree.join(', '), differs.length === 0 ? '' : `differs: ${differs.join(', ')}`];
  return claims.filter((text) => text !== '').join('; ');
}
