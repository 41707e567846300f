import type { Command } from './command.js';
import type { Product } from './frame.js';
import { groups } from './groups.js';
import { version } from './version.js';

/** selfsame with these of its commands. Its settings are loaded when a command runs, its store is for `openStore` to say. */
export function selfsameWith(
  commands: readonly Command[],
  openStore: Product['openStore'],
): Product {
  return {
    version,
    commands,
    groups,
    loadSettings: async (env, cwd) =>
      (await import('../settings/load-settings.js')).loadSettings(env, cwd),
    openStore,
  };
}
