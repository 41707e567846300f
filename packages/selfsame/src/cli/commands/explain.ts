import { resolve } from 'node:path';
import type { ExplainedField, NamedDefinition } from '../../build/explain.js';
import type { Difference } from '../../record/compare-definitions.js';
import type { EngineDependencies } from '../../build/dependencies.js';
import type { Command, CommandContext } from '../command.js';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'say what a build id is made of, or why two differ',
  description:
    'With one build: every field of its definition and where it comes from. With two: the fields in ' +
    'which they differ; exit code 1 if there are any. A build is named by project or project@target ' +
    '(as the workspace is now), by its build id or a unique beginning of it, or by a definition.json.',
  arguments: [
    {
      syntax: '<build>',
      description: 'project, project@target, build id or file',
      complete: 'projects',
    },
    { syntax: '[other]', description: 'a second one to compare with', complete: 'projects' },
  ],
  options: [],
  examples: [
    {
      command: 'selfsame explain pigz',
      does: 'show everything that can influence the bits of pigz',
    },
    {
      command: 'selfsame explain 3f9a1c pigz',
      does: 'say what changed in pigz since the build 3f9a1c…',
    },
  ],
  async run(args, _options, context) {
    const [first, second] = args;
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    if (first === undefined)
      throw new SelfsameError('WRONG_USE', 'explain needs a build to explain');
    const { explainDefinition } = await import('../../build/explain.js');
    const { compareDefinitions } = await import('../../record/compare-definitions.js');
    const a = await find(first, context);
    if (second === undefined) {
      const fields = explainDefinition(a.named, a.dependencies);
      return {
        exitCode: 0,
        data: {
          planId: a.planId,
          buildId: a.named.buildId,
          definition: a.named.definition,
          fields,
        },
        text: await explained(a.named, fields, context),
      };
    }
    const b = await find(second, context);
    const differences = compareDefinitions(a.named.definition, b.named.definition);
    return {
      exitCode: differences.length === 0 ? 0 : 1,
      data: { a: a.named.buildId, b: b.named.buildId, differences },
      text: await compared(a.named, b.named, differences, context),
    };
  },
};

async function find(
  name: string,
  context: CommandContext,
): Promise<{
  readonly named: NamedDefinition;
  readonly dependencies: EngineDependencies | undefined;
  readonly planId?: string | undefined;
}> {
  const { defineFromResults, findDefinition } = await import('../../build/explain.js');
  const engine = await context.engine();
  const named = findDefinition(name, resolve(context.cwd, name), engine.store);
  if (named !== undefined) return { named, dependencies: undefined };
  const { openBuild } = await import('../../build/open-build.js');
  const { planIds } = await import('../../build/plan-ids.js');
  const { plan, dependencies } = await openBuild(context.cwd, { projects: [name] }, engine);
  const keys = plan.order.filter((key) => key === name || key.startsWith(`${name}@`));
  const key = keys.length === 1 ? keys[0] : keys.find((one) => one === `${name}@default`);
  if (key === undefined) {
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    throw new SelfsameError('WRONG_USE', `${name} has several targets`, {
      hint: `Name one: ${keys.join(', ')}`,
    });
  }
  const defined = await defineFromResults(plan, key, dependencies, engine.store);
  return {
    named: { name: key, buildId: defined.buildId, definition: defined.definition, defined },
    dependencies,
    planId: (await planIds(plan, dependencies)).get(key),
  };
}

async function explained(
  named: NamedDefinition,
  fields: readonly ExplainedField[],
  { style }: CommandContext,
): Promise<string[]> {
  const { printableLines } = await import('../../text/printable.js');
  const width = Math.max(...fields.map(({ field }) => field.length));
  const lines = [`${style.bold(named.name)}  build id ${named.buildId}`];
  for (const { field, value, from } of fields) {
    const [first = '', ...rest] = printableLines(value.trimEnd());
    const origin = from === '' ? '' : style.dim(`  (${from})`);
    lines.push(`  ${field.padEnd(width)}  ${rest.length === 0 ? first : ''}${origin}`.trimEnd());
    if (rest.length > 0) for (const line of [first, ...rest]) lines.push(`      ${line}`);
  }
  return lines;
}

async function compared(
  a: NamedDefinition,
  b: NamedDefinition,
  differences: readonly Difference[],
  context: CommandContext,
): Promise<string[]> {
  const { style } = context;
  const heading = [`a  ${a.name}  build id ${a.buildId}`, `b  ${b.name}  build id ${b.buildId}`];
  if (differences.length === 0) return [...heading, 'They are the same build.'];
  const { printableLines } = await import('../../text/printable.js');
  const show = (value: string | undefined) =>
    value === undefined ? [style.dim('(not there)')] : printableLines(value.trimEnd());
  const lines = [
    ...heading,
    `They differ in ${differences.length} ${differences.length === 1 ? 'field' : 'fields'}:`,
  ];
  for (const difference of differences) {
    lines.push(`  ${style.bold(difference.field)}`);
    const [left, right] = changedPart(show(difference.a), show(difference.b));
    lines.push(
      ...left.map((line) => `    ${style.red(`a  ${line}`)}`),
      ...right.map((line) => `    ${style.green(`b  ${line}`)}`),
    );
  }
  return lines;
}

/** Of two texts, the lines between their common beginning and their common end. */
function changedPart(
  a: readonly string[],
  b: readonly string[],
): readonly [readonly string[], readonly string[]] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  )
    end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
