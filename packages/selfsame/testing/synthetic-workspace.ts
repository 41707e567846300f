import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a workspace of `projects` projects into `directory`, for benchmarks: each of about the length of
 * a real recipe, needing up to `needs` projects before it (spread by a fixed rule, so that the same
 * numbers always give the same files).
 *
 * @returns how many needs there are in all
 */
export function writeSyntheticWorkspace(directory: string, projects: number, needs = 3): number {
  mkdirSync(join(directory, 'projects'), { recursive: true });
  writeFileSync(
    join(directory, 'selfsame.yaml'),
    'version: 1\nenvironments:\n  default: { debian: trixie, packages: [build-essential] }\n',
  );
  let total = 0;
  for (let index = 0; index < projects; index++) {
    const needed = new Set<number>();
    for (let nth = 1; nth <= needs && needed.size < index; nth++) {
      needed.add((index * 7919 + nth * 104_729) % index);
    }
    total += needed.size;
    const project = join(directory, 'projects', projectName(index));
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'recipe.yaml'), recipe(index, [...needed]));
    writeFileSync(join(project, 'main.c'), `int main(void) { return ${index % 100}; }\n`);
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
${needed.length === 0 ? '' : `needs: [${needed.map(projectName).join(', ')}]\n`}steps:
  - name: compile
    run: |
      # \${{ variables.flavour }}
      cc -O2 -o \${{ variables.archive }} \${{ inputs.main.file }}
${needed.map((other) => `      ls \${{ needs.${projectName(other)}.path }}\n`).join('')}  - name: collect
    run: |
      make -j\${{ jobs }} || true
      cp \${{ variables.archive }} /build/out/
outputs:
  - "\${{ variables.archive }}"
limits: { time: 10m, memory: 1G }
`;
}
