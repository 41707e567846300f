import { createHash } from 'node:crypto';
import type { CompareReport, Finding, Place, Unexamined } from '../../compare/types.js';
import { version } from '../../util/version.js';
import type { CheckReport } from '../../vary/types.js';
import { findingsOf, groupFindings, walk } from '../findings.js';
import { visible } from '../visible.js';
import { dependenceWords, failureWords, reasonWords, variationTitles } from '../words.js';
import { ruleIndex, rules, type RuleId } from './rules.js';

/**
 * Results of one report: GitHub keeps the 5,000 most severe of a run and refuses runs with more than 25,000
 * ("SARIF support for code scanning").
 */
const mostResults = 5_000;
const mostFindings = 20;

export interface SarifOptions {
  /**
   * File of the repository that results are shown at, relative to its root, for example `selfsame.yaml`. Artifacts are
   * seldom part of a repository; if this is left out, each result is at its artifact's path.
   */
  readonly location?: string;
}

/** §3.27: a result. */
export interface SarifResult {
  readonly ruleId: RuleId;
  readonly ruleIndex: number;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: { readonly startLine: 1 };
      };
      readonly logicalLocations: readonly [
        { readonly name: string; readonly fullyQualifiedName: string; readonly kind: 'member' },
      ];
    },
  ];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [
    Readonly<Record<string, unknown>> & { readonly results: readonly SarifResult[] },
  ];
}

/** A check as SARIF 2.1.0: a result for every cause of every artifact, and for every way in which the build fails. */
export function checkSarif(report: CheckReport, options: SarifOptions = {}): SarifLog {
  const title = variationTitles(report);
  const results: SarifResult[] = report.failures.map(({ dependence, why }) => {
    const subject: Place = [
      dependence.type === 'with' ? dependence.sets.flat().join(' ') : dependence.type,
    ];
    const text = `The build ${failureWords(report, dependence, title)}: ${visible(why, 300)}`;
    return resultOf('build-fails', 'error', text, subject, '', options.location ?? '.');
  });
  for (const artifact of report.artifacts) {
    if (artifact.status !== 'differs') continue;
    const uri = options.location ?? artifact.path;
    const condition = `${visible(artifact.path, 160)} ${dependenceWords(artifact.dependence, title)}`;
    const findings = findingsOf(artifact.difference);
    if (findings.length === 0) {
      const text = `${condition}. No cause was recognised.`;
      results.push(resultOf('unknown', 'error', text, [artifact.path], '', uri));
    }
    results.push(...findingResults(findings, `${condition}. `, uri));
    results.push(
      ...unexaminedResults(
        [...walk(artifact.difference)].flatMap(({ difference }) => difference.unexamined),
        uri,
      ),
    );
  }
  return logOf('check', results, !['does-not-build', 'no-artifacts'].includes(report.verdict));
}

/** A comparison as SARIF 2.1.0: a result for every finding, and for what could not be examined. */
export function compareSarif(report: CompareReport, options: SarifOptions = {}): SarifLog {
  const uri = options.location ?? report.difference?.name ?? report.a;
  const findings = findingsOf(report.difference);
  const results = [
    ...findingResults(findings, '', uri),
    ...unexaminedResults(report.unexamined, uri),
  ];
  if (report.difference !== undefined && findings.length === 0) {
    const text = `${visible(report.a, 160)} and ${visible(report.b, 160)} differ. No cause was recognised.`;
    results.unshift(resultOf('unknown', 'error', text, [report.difference.name], '', uri));
  }
  return logOf('compare', results, report.verdict !== 'undecided');
}

function findingResults(
  findings: readonly Finding[],
  condition: string,
  uri: string,
): SarifResult[] {
  return groupFindings(findings)
    .slice(0, mostFindings)
    .map(({ finding, number }) => {
      const { cause, kind, place, certainty, a, b, remedy, consequence } = finding;
      const times = number > 1 ? ` (${number} times)` : '';
      const text =
        `${condition}${visible(kind, 100)}, ${certainty}${times}, at ${placeText(place)}: ` +
        `A has ${visible(a)}, B has ${visible(b)}. ${visible(remedy, 600)}`;
      const level = consequence ? 'note' : certainty === 'possible' ? 'warning' : 'error';
      return resultOf(cause, level, text, place, kind, uri);
    });
}

function unexaminedResults(unexamined: readonly Unexamined[], uri: string): SarifResult[] {
  return unexamined.slice(0, mostFindings).map(({ place, reason, detail }) => {
    const text = `Not examined: ${placeText(place)}: ${reasonWords(reason)}, ${visible(detail, 300)}`;
    return resultOf('not-examined', 'note', text, place, reason, uri);
  });
}

function placeText(place: Place): string {
  return place
    .slice(0, 30)
    .map((name) => visible(name, 160))
    .join(' › ');
}

function resultOf(
  ruleId: RuleId,
  level: SarifResult['level'],
  text: string,
  place: Place,
  kind: string,
  uri: string,
): SarifResult {
  // What it is and where, without values, offsets and counts: the same cause has the same print in the next run.
  const print = createHash('sha256')
    .update(JSON.stringify([ruleId, kind, place]))
    .digest('hex')
    .slice(0, 32);
  return {
    ruleId,
    ruleIndex: ruleIndex(ruleId),
    level,
    message: { text: messageText(text) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: relativeUri(uri) }, region: { startLine: 1 } },
        logicalLocations: [
          {
            name: visible(place.at(-1) ?? '', 160),
            fullyQualifiedName: placeText(place),
            kind: 'member',
          },
        ],
      },
    ],
    partialFingerprints: {
      'selfsame/v1': print,
      primaryLocationLineHash: `${print.slice(0, 16)}:1`,
    },
  };
}

/** §3.11.5 and §3.11.6: in plain text `{0}` are placeholders and `[text](target)` links; untrusted text holds neither. */
function messageText(text: string): string {
  return text.replaceAll('{', '\\x7b').replaceAll('}', '\\x7d').replaceAll('](', ']\\x28');
}

/** A path as a relative reference (RFC 3986, §4.2) that stays below the root: every name encoded, no `.` and `..`. */
export function relativeUri(path: string): string {
  const names = path
    .slice(0, 4_000)
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map((name) =>
      name === '..' ? '_' : encodeURIComponent(name.replace(/[\ud800-\udfff]/g, '\ufffd')),
    );
  return names.length === 0 ? 'selfsame.yaml' : names.join('/');
}

function logOf(command: string, all: readonly SarifResult[], successful: boolean): SarifLog {
  const rank = { error: 0, warning: 1, note: 2 };
  const results = [...all].sort((one, other) => rank[one.level] - rank[other.level]);
  const left = results.length - mostResults;
  const notifications =
    left > 0 ? [{ level: 'warning', message: { text: `${left} more results are left out.` } }] : [];
  return {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'selfsame', version, semanticVersion: version, rules } },
        automationDetails: { id: `selfsame/${command}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          { executionSuccessful: successful, toolExecutionNotifications: notifications },
        ],
        results: results.slice(0, mostResults),
      },
    ],
  };
}

/** As a file. */
export function sarifText(log: SarifLog): string {
  return `${JSON.stringify(log, null, 2)}\n`;
}
