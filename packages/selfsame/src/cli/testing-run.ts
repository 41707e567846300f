import { main } from './main.js';
import { runCommand } from './commands/run.js';

/** For tests only: a program with `selfsame run` and nothing else, to be bundled and started as any account. */
await main({
  version: 'test',
  commands: [runCommand],
  groups: {},
  loadSettings: async (env, cwd) =>
    (await import('../settings/load-settings.js')).loadSettings(env, cwd),
  openStore: async (path) => (await import('../store/store.js')).openStore(path),
});
