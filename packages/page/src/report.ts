import { formatTime, type DefinitionVerdict, type Policy } from '@selfsame/verify';
import type { BuildJudgement } from '../../selfsame/src/record/judge-builds.js';
import { buildSentence, nameOf, winner } from '../../selfsame/src/cli/verdict-sentences.js';
import { assumptionLines, strengthLines } from '../../selfsame/src/cli/verdict-strength.js';
import type { PageVerdict } from './judge.js';

type Child = Node | string;

/** An element whose texts are only ever text: names in evidence come from strangers. */
export function element(
  tag: string,
  className: string,
  ...children: readonly Child[]
): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** Control and bidirectional characters could make a text look like another one. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
}

/** The verdict on evidence, as the page shows it: tables, what they rest on, and one sentence at the end. */
export function report({ verdict }: PageVerdict): readonly HTMLElement[] {
  const { policy, builds, logs, roster } = verdict;
  const judgements = builds.map(({ build, verdict: one }): BuildJudgement => ({
    build,
    verdict: one,
    expected: undefined,
    comparisons: [],
    unusable: [],
    hasClaims: true,
  }));
  const sections = judgements.map((judgement) => buildSection(judgement, policy));
  const notes = [
    ...(logs?.splits ?? []).map(
      ({ log }) => `The log ${log} signed two histories: do not trust it.`,
    ),
    ...(logs?.problems ?? []),
    ...(roster?.isExpired === true ? ['The roster is past the day its owners vouched for.'] : []),
  ];
  const basis = element(
    'section',
    'basis',
    element('h2', '', 'What this rests on'),
    basisList(verdict, policy),
  );
  const warnings = notes.map((note) => element('p', 'warning', plain(note)));
  return [...warnings, ...sections, basis, lastSentence(verdict.accepted, judgements)];
}

function buildSection(judgement: BuildJudgement, policy: Policy): HTMLElement {
  const { build, verdict } = judgement;
  const sentence = plain(buildSentence(judgement));
  const notCounted = verdict.notCounted.flatMap(({ signer, why, format }) =>
    signer === undefined ? [] : [element('li', '', plain(`${signer}: ${why} (${format})`))],
  );
  const strangers = verdict.setAside.filter(({ reason }) => reason === 'untrusted').length;
  const asides = [
    ...verdict.setAside.flatMap(({ reason, signers }) =>
      reason === 'bad-signature'
        ? [
            element(
              'li',
              'bad',
              plain(`a signature said to be by ${signers.join(', ')} does not fit`),
            ),
          ]
        : [],
    ),
    ...verdict.equivocations.map(({ signer, path }) =>
      element('li', 'bad', plain(`${signer} claims two results for ${path}`)),
    ),
    ...notCounted,
    ...(strangers === 0
      ? []
      : [element('li', '', `${strangers} payloads signed by nobody in the policy`)]),
  ];
  const section = element('section', '', element('h2', '', plain(nameOf(build))));
  for (const definition of verdict.definitions) {
    section.append(
      element('p', 'id', 'build id ', element('code', '', definition.definition)),
      element('div', 'scroll', table(definition, policy, judgement)),
    );
  }
  if (asides.length > 0)
    section.append(element('h3', '', 'Not counted'), element('ul', '', ...asides));
  section.append(element('p', verdict.accepted ? 'sentence good' : 'sentence bad', sentence));
  return section;
}

/** Signer × artifact. */
function table(
  { artifacts }: DefinitionVerdict,
  policy: Policy,
  { verdict }: BuildJudgement,
): HTMLElement {
  const head = element('tr', '', element('th', '', 'signer'));
  for (const { path } of artifacts) head.append(element('th', '', plain(path)));
  const body = policy.signers.map(({ name }) => {
    const row = element('tr', '', element('th', '', plain(name)));
    for (const { path, clusters } of artifacts) {
      const said = clusters.filter(({ agree, differs }) => [...agree, ...differs].includes(name));
      const failed = verdict.notCounted.find(
        (one) => one.signer === name && one.paths.includes(path),
      );
      const isLeading =
        said.length === 1 && said[0] === clusters[0] && said[0]?.agree.includes(name);
      const cell = said.map(({ sha256 }) => sha256.slice(0, 12)).join(' ≠ ');
      if (said.length > 0) {
        row.append(
          element(
            'td',
            isLeading === true ? 'good' : 'bad',
            `${isLeading === true ? '✓' : '✗'} ${cell}`,
          ),
        );
      } else if (failed !== undefined) row.append(element('td', 'bad', `✗ ${failed.reason}`));
      else row.append(element('td', 'absent', '–'));
    }
    return row;
  });
  const foot = element('tr', 'verdict', element('th', '', 'verdict'));
  for (const { accepted, reason } of artifacts) {
    foot.append(element('td', accepted ? 'good' : 'bad', `${accepted ? '✓' : '✗'} ${reason}`));
  }
  return element(
    'table',
    '',
    element('thead', '', head),
    element('tbody', '', ...body),
    element('tfoot', '', foot),
  );
}

function basisList(verdict: PageVerdict['verdict'], policy: Policy): HTMLElement {
  const lines = verdict.builds.flatMap((one) =>
    one.verdict.definitions.flatMap(({ artifacts }) =>
      artifacts.flatMap((artifact) => {
        const { strength } = winner(artifact) ?? artifact.clusters[0] ?? {};
        return strength === undefined ? [] : strengthLines(strength, policy);
      }),
    ),
  );
  const said = lines.length === 0 ? assumptionLines(policy) : [...new Set(lines)];
  const { roster } = verdict;
  return element(
    'ul',
    '',
    element(
      'li',
      '',
      `${policy.threshold} different signers must agree, of ${policy.signers.length}`,
    ),
    ...(roster === undefined
      ? [element('li', '', 'who signers are is written in the policy')]
      : [
          element(
            'li',
            '',
            `who signers are is said by version ${roster.roster.version} of the roster, signed by its owners`,
          ),
        ]),
    ...said.map((line) => element('li', '', plain(line))),
    element('li', '', 'assumed sound: this page, this browser and the clock of this computer'),
    element(
      'li',
      '',
      policy.log === undefined
        ? 'the policy asks for no log: evidence that was left out is not noticed'
        : `the policy asks for ${policy.log.witnesses.threshold} witnesses of a log`,
    ),
    ...(verdict.builds[0]?.verdict.at === undefined
      ? []
      : [element('li', '', `judged as of ${formatTime(verdict.builds[0].verdict.at)}`)]),
  );
}

function lastSentence(accepted: boolean, judgements: readonly BuildJudgement[]): HTMLElement {
  const count = judgements.filter(({ verdict }) => verdict.accepted).length;
  const what =
    judgements.length === 0
      ? 'Refused: there are no claims, and zero claims never pass.'
      : accepted
        ? `Accepted under this policy: ${judgements.length === 1 ? 'the build' : `all ${judgements.length} builds`}.`
        : `Refused under this policy: ${count} of ${judgements.length} builds accepted.`;
  return element('p', accepted ? 'final good' : 'final bad', what);
}
