import { judgeFile, VerifyError } from '@selfsame/verify';
import { fileSentence } from '../../selfsame/src/cli/verdict-sentences.js';
import { Buffer } from './buffer.js';
import { judgeBytes, type PageVerdict } from './judge.js';
import { element, plain, report } from './report.js';
import { sha256 } from './sha2.js';

/** As on the command line. */
const MAX_BYTES = 256 * 1024 * 1024;

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

const zone = byId('drop');
const result = byId('result');
const files = byId('files');
const expected = byId('expected') as HTMLInputElement;
const trust = byId('trust');
let shown: PageVerdict | undefined;

/** Evidence is known by its first bytes; every other file is one to check against it. */
async function take(list: Iterable<File>): Promise<void> {
  for (const file of list) {
    const head = await file.slice(0, 4096).text();
    if (head.startsWith('{"builds":') || file.name.endsWith('.evidence.json'))
      await takeEvidence(file);
    else await takeArtifact(file);
  }
}

async function takeEvidence(file: File): Promise<void> {
  shown = undefined;
  files.replaceChildren();
  result.replaceChildren(element('p', 'busy', `checking ${plain(file.name)} …`));
  showTrust();
  try {
    if (file.size > MAX_BYTES) throw new VerifyError('LIMIT_EXCEEDED', 'the file is too large');
    const bytes = new Uint8Array(await file.arrayBuffer());
    shown = await judgeBytes(bytes, Math.floor(Date.now() / 1000));
    result.replaceChildren(...report(shown));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const name = element('strong', '', plain(file.name));
    result.replaceChildren(element('p', 'final bad', 'Not judged: ', name, ` ${plain(why)}`));
  }
  showTrust();
}

async function takeArtifact(file: File): Promise<void> {
  const line = element('p', 'busy', `reading ${plain(file.name)} …`);
  files.append(line);
  const hash = sha256();
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    hash.update(part.value);
  const digest = Buffer.from(hash.digest()).toString('hex');
  if (shown === undefined) {
    line.textContent = `${plain(file.name)} has sha256 ${digest}; drop the evidence first`;
    return;
  }
  const found = shown.verdict.builds.map(({ verdict }) => judgeFile(verdict, digest, file.name));
  const order = ['accepted', 'excepted', 'refused', 'other-bytes', 'unknown'] as const;
  const best = order.flatMap((one) => found.find(({ result: is }) => is === one) ?? [])[0];
  const verdict = best ?? { result: 'unknown' as const };
  const isGood = verdict.result === 'accepted' || verdict.result === 'excepted';
  line.className = isGood ? 'sentence good' : 'sentence bad';
  line.textContent = plain(
    fileSentence({ file: file.name, sha256: digest, size: file.size, verdict }),
  );
}

/** A policy that came with the evidence says nothing until somebody else vouches for its digest. */
function showTrust(): void {
  if (shown === undefined) {
    trust.hidden = true;
    document.body.dataset['trust'] = '';
    return;
  }
  trust.hidden = false;
  const wanted = expected.value.trim().toLowerCase();
  const digest = element('code', '', shown.policyDigest);
  const [state, ...words]: [string, ...(string | Node)[]] =
    wanted === ''
      ? [
          'unknown',
          'The policy comes from the evidence itself: ',
          digest,
          '. Whoever packed the file chose it. Compare this digest with one from somebody you trust.',
        ]
      : wanted === shown.policyDigest
        ? ['good', 'The policy is the one you named: ', digest, '.']
        : [
            'bad',
            'The evidence carries ANOTHER policy than you named: ',
            digest,
            '. What is said below is by a policy that is not yours.',
          ];
  document.body.dataset['trust'] = state;
  byId('trust-words').replaceChildren(...words);
}

expected.addEventListener('input', showTrust);
byId('choose').addEventListener('change', (event) => {
  void take((event.target as HTMLInputElement).files ?? []);
});
for (const name of ['dragenter', 'dragover']) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
}
document.addEventListener('dragleave', () => zone.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  zone.classList.remove('over');
  void take([...(event.dataTransfer?.files ?? [])]);
});
