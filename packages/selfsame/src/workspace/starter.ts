/** What a new workspace is to be called and run on. */
export interface StarterChoices {
  /** Name of the first project. */
  readonly project: string;
  /** Code name of a Debian release. */
  readonly suite: string;
}

export const defaultStarter: StarterChoices = { project: 'hello', suite: 'trixie' };

/** The files of a workspace to start from, by path: small, commented, and good to lock and build as they are. */
export function starterFiles({ project, suite }: StarterChoices): Readonly<Record<string, string>> {
  return {
    'selfsame.yaml': `# A workspace of selfsame. What each key means: docs/recipes.md.
version: 1

# What builds run in. \`selfsame lock\` writes the exact packages to selfsame.lock; commit that too.
environments:
  default:
    debian: ${suite}
    packages: [gcc, libc6-dev]

# Every projects/NAME/recipe.yaml is a project.
projects: projects
`,
    [`projects/${project}/recipe.yaml`]: `name: ${project}
version: "1.0"

# What the build reads, each with its place in the sandbox: /build/inputs/NAME.
inputs:
  source:
    file: main.c

# Shell scripts, run in /build/work without a network. \${{ … }} is filled in before they run.
steps:
  - name: build
    run: |
      gcc -O2 -o ${project} \${{ inputs.source.file }}
  - name: test
    run: |
      ./${project}
  - name: install
    run: |
      cp ${project} /build/out/

# What is kept, below /build/out.
outputs:
  - ${project}
`,
    [`projects/${project}/main.c`]: `#include <stdio.h>

int main(void) {
  puts("Hello, the selfsame world!");
  return 0;
}
`,
  };
}
