import { causes } from '../packages/selfsame/src/compare/causes/causes.js';
import { causeNames } from '../packages/selfsame/src/compare/types.js';

/** docs/causes.md: every cause there is, from compare/causes/. */
export function causeIndex(): string {
  const sorted = causeNames.flatMap((name) => causes.filter((cause) => cause.name === name));
  return [
    '# Why does it differ?',
    '',
    'Made from `packages/selfsame/src/compare/causes/` by `npm run docs`; do not edit.',
    '',
    'A finding of `selfsame compare` and `selfsame check` names one cause for one difference, both values, where they',
    'stand and what ends it. How sure it is:',
    '',
    '| certainty | means |',
    '| --- | --- |',
    '| `certain` | a field that can be nothing else (the mtime of a tar member), or a rare value that selfsame itself gave one of the builds |',
    '| `likely` | the value decodes as one in full and differs as such values do: a date and time, two paths with the same end, the same lines in another order |',
    '| `possible` | it looks like one, and nothing better is known |',
    '',
    'What no recogniser knows is `unknown`, `text` or `code`. Findings marked as a _consequence_ (checksums, build-ids,',
    'sizes) end with what they follow.',
    '',
    '| cause | what it is | brought out by | ended by level |',
    '| --- | --- | --- | --- |',
    ...sorted.map(
      ({ name, title, variations, endsAt }) =>
        `| [\`${name}\`](#${name}) | ${title} | ${variations.map((each) => `\`${each}\``).join(', ') || 'none'} | ${endsAt === undefined ? 'none' : `\`${endsAt}\``} |`,
    ),
    '',
    'Variations are those of `selfsame check`; levels, each with those above it, those of',
    '[determinism-levels.md](determinism-levels.md). No level orders processes and threads that run at the same time:',
    'what they write first, and which numbers they get, can differ at any level.',
    '',
    ...sorted.flatMap(({ name, title, summary, looks, remedies }) => [
      `## ${name}`,
      '',
      `${title}. ${summary}`,
      '',
      `Seen as: ${looks}`,
      '',
      ...remedies.map((remedy) => `- ${remedy}`),
      '',
    ]),
  ].join('\n');
}
