import type { Product } from './frame.js';
import { commands, groups } from './registry.js';
import { version } from './version.js';

/** selfsame as people meet it: its commands, and the engine behind them, loaded when a command asks for it. */
export const selfsame: Product = {
  version,
  commands,
  groups,
  loadSettings: async (env, cwd) =>
    (await import('../settings/load-settings.js')).loadSettings(env, cwd),
  openStore: async (path) => (await import('../store/store.js')).openStore(path),
};
