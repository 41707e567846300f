import { INPUTS_IGNORED, INPUTS_NOT_STATED } from '@selfsame/verify';
import type { DefinitionVerdict, OtherClaim, Policy } from '@selfsame/verify';
import type { UnusableFile } from '../record/attestation-folder.js';
import type { BuildJudgement, FileJudgement } from '../record/judge-builds.js';
import type { PolicyFile } from '../record/policy-file.js';
import { printable } from '../text/printable.js';
import type { Style } from '../text/style.js';
import type { EvidenceNote } from '../attestations/format.js';
import type { ForeignBuild } from './foreign-votes.js';
import type { LogFindings } from './judge-with-logs.js';
import { differencesText } from './verdict-differences.js';
import {
  completenessText,
  equivocationText,
  filesWords,
  logFindingsText,
  notCountedText,
  notJudgedText,
  setAsideText,
  unusableLines,
  warningText,
} from './verdict-notes.js';
import { buildSentence, fileSentence, nameOf, winner } from './verdict-sentences.js';
import { MAX_COLUMNS, signerTable } from './verdict-table.js';
import { assumptionLines, strengthLines } from './verdict-strength.js';

export interface VerdictReport {
  readonly policyFile: PolicyFile;
  readonly folder: string;
  readonly judgements: readonly BuildJudgement[];
  /** Files asked about with `--file`; if there are any, they alone decide. */
  readonly files: readonly FileJudgement[];
  /** What is wrong with the logs that the policy names; undefined: it names none. */
  readonly logs?: LogFindings;
  /** Junk found while listing builds. */
  readonly unusable: readonly UnusableFile[];
  /** What is said in other formats about builds that nobody of the policy speaks about. */
  readonly notJudged?: readonly ForeignBuild[];
  /** What was found that is worth knowing and never counts. */
  readonly notes?: readonly EvidenceNote[];
  /** Files that no format takes. */
  readonly others?: readonly string[];
}

/** The report for `--json`: plain data, full digests. */
export function verdictData(report: VerdictReport) {
  const { policy, sha256 } = report.policyFile;
  return {
    accepted: isAccepted(report),
    policy: {
      sha256,
      threshold: policy.threshold,
      required: policy.required,
      dissent: policy.dissent,
      blockers: policy.blockers,
      mode: policy.mode,
      minCompromises: policy.strength?.atLeast,
      domains: policy.strength?.domains,
      assumedSound: policy.strength?.assumedSound,
      distinct: Object.fromEntries(policy.distinct.map((one) => [one.attribute, one.atLeast])),
      signers: policy.signers.map(({ name, keys }) => ({ name, keyIds: keys.map((k) => k.id) })),
    },
    builds: report.judgements.map((judgement) => {
      const { accepted, definitions, otherDefinitions, otherBuilds, setAside } = judgement.verdict;
      const { equivocations, notCounted, completeness } = judgement.verdict;
      return {
        ...judgement.build,
        expected: judgement.expected,
        accepted,
        sentence: buildSentence(judgement),
        definitions: definitions.map(({ definition, accepted: all, artifacts }) => ({
          definition,
          accepted: all,
          artifacts,
        })),
        comparisons: judgement.comparisons,
        otherDefinitions,
        otherBuilds,
        equivocations,
        notCounted,
        completeness,
        setAside,
        unusable: judgement.unusable,
      };
    }),
    files: report.files.map(({ file, sha256: digest, size, verdict }) => ({
      file,
      sha256: digest,
      size,
      result: verdict.result,
      sentence: fileSentence({ file, sha256: digest, size, verdict }),
      ...('match' in verdict && {
        ...verdict.match.build,
        definition: verdict.match.definition,
        artifact: verdict.match.artifact,
      }),
      ...('exception' in verdict && { exception: verdict.exception }),
    })),
    log: report.logs && { splitViews: report.logs.splits, problems: report.logs.problems },
    unusable: report.unusable,
    notJudged: report.notJudged?.map(({ build, files, votes }) => ({
      ...build,
      files,
      votes: votes.map(({ key, signature, reason, evidence, format }) => ({
        key,
        signature,
        reason,
        evidence,
        format,
      })),
    })),
    evidence: report.notes,
    otherFiles: report.others,
  };
}

/** Yes only if something was asked about, and all of it is accepted. */
function isAccepted({ judgements, files }: VerdictReport): boolean {
  if (files.length > 0) return files.every(({ verdict }) => isAcceptedFile(verdict));
  return judgements.length > 0 && judgements.every(({ verdict }) => verdict.accepted);
}

function isAcceptedFile({ result }: FileJudgement['verdict']): boolean {
  return result === 'accepted' || result === 'excepted';
}

/** The report for a person, in lines. Names in it come from signed claims and files: made printable. */
export function verdictText(
  report: VerdictReport,
  style: Style,
  columns = MAX_COLUMNS,
): readonly string[] {
  const lines = [...logFindingsText(report.logs, style)];
  if (report.files.length > 0) {
    for (const file of report.files) {
      const line = printable(fileSentence(file));
      lines.push(isAcceptedFile(file.verdict) ? style.green(line) : style.red(line));
    }
    return lines;
  }
  report.judgements.forEach((judgement, index) => {
    if (index > 0) lines.push('');
    lines.push(...buildText(judgement, report.policyFile.policy, style, columns));
  });
  if (report.judgements.length > 1) lines.push('');
  lines.push(...unusableLines(report.unusable, style));
  lines.push(...notJudgedText(report.notJudged ?? [], style));
  const { others = [] } = report;
  const notes = (report.notes ?? []).filter(({ isWarning }) => isWarning !== true);
  lines.push(...warningText(report.notes ?? [], style));
  if (notes.length > 0)
    lines.push(
      style.dim(`  evidence that never counts: ${filesWords(notes.map(({ path }) => path))}`),
    );
  if (others.length > 0) lines.push(style.dim(`  no attestations: ${filesWords(others)}`));
  if (report.judgements.length === 0) {
    lines.push(
      style.red(
        `refused: there are no claims in ${printable(report.folder)}, and zero claims never pass`,
      ),
    );
  } else if (report.judgements.length > 1) {
    const accepted = report.judgements.filter(({ verdict }) => verdict.accepted).length;
    const line = `${accepted} of ${report.judgements.length} builds accepted`;
    lines.push(isAccepted(report) ? style.green(line) : style.red(line));
  }
  return lines;
}

function buildText(
  judgement: BuildJudgement,
  policy: Policy,
  style: Style,
  columns: number,
): string[] {
  const { build, verdict, comparisons } = judgement;
  const differences = (definition: string) =>
    comparisons
      .filter((one) => one.definition === definition)
      .flatMap((one) => differencesText(one, style));
  const lines = [style.bold(printable(nameOf(build)))];
  for (const definition of verdict.definitions) {
    lines.push(`  ${inputsWords(definition.definition, judgement.hasClaims)}`);
    lines.push(...signerTable(definition, policy, verdict.notCounted, style, columns));
    lines.push(...restsOn(definition, policy, style));
    lines.push(...differences(definition.definition));
  }
  for (const other of verdict.otherDefinitions) lines.push(otherText(other, style));
  for (const id of new Set(verdict.otherDefinitions.map(({ definition }) => definition)))
    lines.push(...differences(id));
  for (const other of verdict.otherBuilds) lines.push(otherText(other, style));
  lines.push(...equivocationText(verdict.equivocations, style));
  lines.push(...notCountedText(verdict.notCounted, style));
  lines.push(...completenessText(verdict.completeness, style));
  lines.push(...setAsideText(verdict.setAside, style));
  lines.push(...unusableLines(judgement.unusable, style));
  const sentence = printable(buildSentence(judgement));
  lines.push(verdict.accepted ? style.green(sentence) : style.red(sentence));
  return lines;
}

function inputsWords(definition: string, hasClaims: boolean): string {
  if (definition === INPUTS_NOT_STATED) return 'what was built is not stated';
  if (definition === INPUTS_IGNORED) return 'whatever was built (the policy compares bits alone)';
  return hasClaims ? `build id ${definition}` : `built from inputs ${definition}`;
}

/** What the accepted artifacts rest on: said once for each set of signers. */
function restsOn(definition: DefinitionVerdict, policy: Policy, style: Style): string[] {
  const lines = definition.artifacts.flatMap((artifact) => {
    const { strength, agree } = winner(artifact) ?? artifact.clusters[0] ?? {};
    if (strength === undefined || agree?.length === 0) return [];
    return strengthLines(strength, policy);
  });
  const said = lines.length === 0 ? assumptionLines(policy) : [...new Set(lines)];
  return said.map((line) => style.dim(`  ${line}`));
}

function otherText(other: OtherClaim, style: Style): string {
  const what = printable(`${nameOf(other.build)}, build id ${other.definition}`);
  return style.yellow(`  not compared: ${other.signers.join(', ')} built something else (${what})`);
}
