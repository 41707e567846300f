import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planBuilds } from '../packages/selfsame/src/recipe/plan.js';
import { loadWorkspace } from '../packages/selfsame/src/workspace/load-workspace.js';
import type { BenchRow } from './row.js';

/** Planning from cold files: reading, checking and expanding every recipe, and ordering the graph. */
export function run(): Promise<readonly BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfsame-bench-plan-'));
  try {
    const thousand = join(scratch, '1000');
    const needs = writeWorkspace(thousand, 1000);
    const tenThousand = join(scratch, '10000');
    writeWorkspace(tenThousand, 10_000);
    const first = measure(thousand);
    const small = Math.min(measure(thousand), measure(thousand), measure(thousand));
    const large = Math.min(measure(tenThousand), measure(tenThousand));
    const growth = large / small;
    const allowed = (10_000 * Math.log(10_000)) / (1000 * Math.log(1000));
    return Promise.resolve([
      {
        name: `plan of 1,000 projects with ${needs} needs`,
        ours: first / 1000,
        peer: 2,
        unit: 's',
        ratio: first / 2000,
        bar: '≤ 2 s',
        met: first <= 2000,
        note: 'first in its process',
      },
      {
        name: 'plan of 10,000 projects (peer: n·log n from 1,000)',
        ours: large / 1000,
        peer: (small * allowed) / 1000,
        unit: 's',
        ratio: growth / allowed,
        bar: '≤ n·log n',
        met: growth <= allowed,
      },
    ]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function measure(workspace: string): number {
  const start = performance.now();
  planBuilds(loadWorkspace(workspace));
  return performance.now() - start;
}

/**
 * Writes a workspace of `projects` projects, each about as long as a real recipe and needing up to three
 * before it, spread by a fixed rule.
 *
 * @returns how many needs there are in all
 */
function writeWorkspace(directory: string, projects: number): number {
  mkdirSync(join(directory, 'projects'), { recursive: true });
  writeFileSync(
    join(directory, 'selfsame.yaml'),
    'environments:\n  default: { debian: trixie, packages: [build-essential] }\n',
  );
  let total = 0;
  for (let index = 0; index < projects; index++) {
    const needed = new Set<number>();
    for (let nth = 1; nth <= 3 && needed.size < index; nth++) {
      needed.add((index * 7919 + nth * 104_729) % index);
    }
    total += needed.size;
    const project = join(directory, 'projects', projectName(index));
    mkdirSync(project);
    writeFileSync(join(project, 'recipe.yaml'), recipe(index, [...needed]));
  }
  return total;
}

function projectName(index: number): string {
  return `project-${String(index).padStart(5, '0')}`;
}

function recipe(index: number, needed: readonly number[]): string {
  return `# A made-up project.
name: ${projectName(index)}
version: "1.${index}"
environment: default
variables:
  flavour: standard
  archive: "\${{ project }}-\${{ version }}"
inputs:
  main:
    file: main.c
needs: [${needed.map(projectName).join(', ')}]
steps:
  - name: compile
    run: |
      # \${{ variables.flavour }}
      cc -O2 -o \${{ variables.archive }} \${{ inputs.main.file }}
${needed.map((other) => `      ls \${{ needs.${projectName(other)}.path }}\n`).join('')}  - name: collect
    run: |
      make -j\${{ jobs }}
      cp \${{ variables.archive }} /build/out/
outputs:
  - "\${{ variables.archive }}"
limits: { time: 10m, memory: 1G }
`;
}
