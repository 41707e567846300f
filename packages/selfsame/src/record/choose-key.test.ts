import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedKeyFile } from './choose-key.js';
import { keyFilePath, publicKeyPath, writeKeyFiles } from './key-file.js';
import { temporaryDirectory, testKey } from './testing.js';

it('finds a key by its file, and else by its name among those that are kept', async () => {
  using config = temporaryDirectory();
  using here = temporaryDirectory();
  const env = { XDG_CONFIG_HOME: config.path };
  const kept = keyFilePath('alice', env);
  await writeKeyFiles(kept, testKey('alice'), 'alice');
  const find = (text: string): string => namedKeyFile(text, here.path, env);
  expect(find('alice')).toBe(kept);
  expect(find('alice.key')).toBe(kept);
  expect(find('alice.pub')).toBe(publicKeyPath(kept));
  expect(find('bob')).toBe(join(here.path, 'bob'));
  // Paths are paths, and a file at hand is meant rather than one of its name elsewhere.
  expect(find('./alice.key')).toBe(join(here.path, 'alice.key'));
  expect(find('../alice')).toBe(join(here.path, '..', 'alice'));
  expect(find(kept)).toBe(kept);
  writeFileSync(join(here.path, 'alice.key'), '');
  expect(find('alice.key')).toBe(join(here.path, 'alice.key'));
});
