#!/usr/bin/env node
// Nothing here but the start: the command line is bundled into dist/cli-bundle (tools/bundle-cli.js), so that it starts
// quickly. CommonJS, as package.json beside it says: where no module is loaded, Node.js does not start what loads them.
'use strict';

/** Commands with a bundle of their own, by their words; what else is asked for is in the bundle of all. */
const alone = new Map([['evidence verify', 'start-evidence-verify.cjs']]);

async function start() {
  const own = alone.get(process.argv.slice(2, 4).join(' '));
  let program;
  try {
    program =
      own === undefined
        ? await import('../dist/cli-bundle/start.js')
        : require(`../dist/cli-bundle/${own}`);
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error?.code)) throw error;
    process.stderr.write(
      'selfsame is not built yet\n  hint: Run `make build` at the root of the repository\n',
    );
    process.exit(5);
  }
  await program.start();
}

void start();
