import { artifactPathProblem } from '@selfsame/verify';
import type { VotedArtifact } from '@selfsame/verify';

/** Most lines of a list, and bytes of it. */
const maxLines = 100_000;
const maxBytes = 32 * 1024 ** 2;

/** Lines as sha256sum writes them: 64 digits, a space, a space or `*`, a name (coreutils manual, "md5sum invocation"). */
const line = /^([0-9a-f]{64}) [ *](.+)$/;

/** What servers send instead of a file, and people save under its name. */
export const webPage = 'it is a web page, saved in place of a download that failed';

export function isWebPage(bytes: Uint8Array): boolean {
  return /^\s*<(?:!doctype|html)/i.test(Buffer.from(bytes.subarray(0, 256)).toString('latin1'));
}

/**
 * Reads a list of sha256 sums; a name with two sums is kept twice. Returns why it is not one, in a sentence without a full
 * stop: error pages that a download left in its place, escaped names (`\`), paths that lead out.
 */
export function readHashList(bytes: Uint8Array): readonly VotedArtifact[] | string {
  if (bytes.length > maxBytes) return 'the list is too large';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'the list is not UTF-8';
  }
  const artifacts: VotedArtifact[] = [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return 'the list is empty';
  if (isWebPage(bytes)) return webPage;
  if (lines.length > maxLines) return `the list has more than ${maxLines} lines`;
  for (const [index, content] of lines.entries()) {
    const [, sha256, path] = line.exec(content.replace(/\r$/, '')) ?? [];
    if (sha256 === undefined || path === undefined) {
      return `line ${index + 1} is not a sha256 sum and a name`;
    }
    const problem = artifactPathProblem(path);
    if (problem !== undefined) return `the name in line ${index + 1} ${problem}`;
    artifacts.push({ path, sha256 });
  }
  return artifacts;
}
