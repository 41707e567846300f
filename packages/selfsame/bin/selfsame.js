#!/usr/bin/env node
// Nothing here but the start: the command line is bundled into dist/cli-bundle (tools/bundle-cli.js), so that it starts quickly.
let cli;
try {
  cli = await import('../dist/cli-bundle/main.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(
    'selfsame is not built yet\n  hint: Run `make build` at the root of the repository\n',
  );
  process.exit(5);
}
await cli.main();
