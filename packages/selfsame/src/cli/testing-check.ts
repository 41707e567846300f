import { main } from './main.js';
import { checkCommand } from './commands/check.js';

/** For tests only: a program with `selfsame check` and nothing else, to be bundled and started as any account. */
await main({
  version: 'test',
  commands: [checkCommand],
  groups: {},
  loadSettings: async (env, cwd) =>
    (await import('../settings/load-settings.js')).loadSettings(env, cwd),
  openStore: async (path) => (await import('../store/store.js')).openStore(path),
});
