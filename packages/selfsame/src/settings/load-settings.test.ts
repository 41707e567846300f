import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SelfsameErrors } from '../errors/selfsame-error.js';
import { loadSettings } from './load-settings.js';

const home = mkdtempSync(join(tmpdir(), 'selfsame-settings-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let count = 0;
/** A configuration directory of its own with this settings.yaml. */
function configured(text: string): Record<string, string> {
  const config = join(home, `config-${++count}`);
  mkdirSync(join(config, 'selfsame'), { recursive: true });
  writeFileSync(join(config, 'selfsame/settings.yaml'), text);
  return { HOME: home, XDG_CONFIG_HOME: config };
}

async function complaints(env: Record<string, string>): Promise<string[]> {
  try {
    await loadSettings(env, '/work');
    return [];
  } catch (error) {
    if (!(error instanceof SelfsameErrors)) throw error;
    return error.errors.map(
      ({ code, location, message, hint }) =>
        `${code}${location === undefined ? '' : ` ${location.line}:${location.column}`} ${message} (${hint})`,
    );
  }
}

describe('loadSettings', () => {
  it('has defaults for everything', async () => {
    expect(await loadSettings({ HOME: home }, '/work')).toEqual({
      storePath: join(home, '.cache/selfsame'),
      jobs: availableParallelism(),
      offline: false,
      parallelDownloads: 8,
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      keyrings: [],
      npm: { registry: undefined },
    });
  });

  it('reads settings.yaml', async () => {
    const env = configured(`store: ~/store
jobs: 3
offline: true
parallelDownloads: 2
debian:
  mirrors: ["http://mirror.example/debian"]
  keyrings: [/usr/share/keyrings/x.gpg, ~/y.gpg]
  snapshot: https://snapshot.example/{timestamp}/{path}
keyrings: [~/builder-keys]
npm: { registry: "https://npm.example" }
`);
    expect(await loadSettings(env, '/work')).toEqual({
      storePath: join(home, 'store'),
      jobs: 3,
      offline: true,
      parallelDownloads: 2,
      debian: {
        mirrors: ['http://mirror.example/debian'],
        keyrings: ['/usr/share/keyrings/x.gpg', join(home, 'y.gpg')],
        snapshot: 'https://snapshot.example/{timestamp}/{path}',
      },
      keyrings: [join(home, 'builder-keys')],
      npm: { registry: 'https://npm.example' },
    });
  });

  it('prefers variables', async () => {
    const env = {
      ...configured('store: /a\njobs: 3\noffline: true\n'),
      SELFSAME_STORE: 'here',
      SELFSAME_JOBS: '7',
      SELFSAME_OFFLINE: '0',
      SELFSAME_PARALLEL_DOWNLOADS: '',
      SELFSAME_DEBIAN_MIRRORS: 'http://a.example/debian https://b.example/debian',
      SELFSAME_DEBIAN_KEYRINGS: '/k1:k2',
      SELFSAME_KEYRINGS: 'mine:~/theirs',
    };
    expect(await loadSettings(env, '/work')).toMatchObject({
      storePath: '/work/here',
      jobs: 7,
      offline: false,
      parallelDownloads: 8,
      debian: {
        mirrors: ['http://a.example/debian', 'https://b.example/debian'],
        keyrings: ['/k1', '/work/k2'],
      },
      keyrings: ['/work/mine', join(home, 'theirs')],
    });
  });

  it('takes base directories from XDG, if they are absolute', async () => {
    const load = async (cache: string): Promise<string> =>
      (await loadSettings({ HOME: home, XDG_CACHE_HOME: cache }, '/work')).storePath;
    expect(await load('/caches')).toBe('/caches/selfsame');
    expect(await load('caches')).toBe(join(home, '.cache/selfsame'));
  });

  it('takes a file of comments for an empty one', async () => {
    expect(await loadSettings(configured('# nothing yet\n'), '/work')).toMatchObject({
      parallelDownloads: 8,
    });
  });

  it.each([
    ['jobs: 0\n', 'INVALID_VALUE 1:7 jobs must be at least 1 (undefined)'],
    ['job: 1\n', 'UNKNOWN_KEY 1:1 unknown key "job" (did you mean "jobs"?)'],
    [
      'store: relative\n',
      'INVALID_VALUE 1:8 store must be an absolute path, or start with ~/ (undefined)',
    ],
    [
      'debian:\n  snapshot: https://x.example/\n',
      'INVALID_VALUE 2:13 debian.snapshot must hold {timestamp} and {path} (undefined)',
    ],
    [
      'debian: { mirrors: ["ftp://x"] }\n',
      'INVALID_VALUE 1:21 debian.mirrors[0] must be an address: http://…, https://… or file://… (undefined)',
    ],
    ['a: [\n', expect.stringMatching(/^YAML_SYNTAX 2:1 /)],
  ])('refuses %j', async (text, complaint) => {
    expect(await complaints(configured(text))).toEqual([complaint]);
  });

  it('refuses variables that make no sense, all at once', async () => {
    const env = {
      HOME: home,
      SELFSAME_JOBS: 'many',
      SELFSAME_OFFLINE: 'perhaps',
      SELFSAME_PARALLEL_DOWNLOADS: '65',
      SELFSAME_DEBIAN_SNAPSHOT: 'https://x.example/',
      SELFSAME_NPM_REGISTRY: 'example',
      SELFSAME_STOR: '/x',
      SELFSAME_SOMETHING_OF_OTHERS: '1',
    };
    expect(await complaints(env)).toEqual([
      'SETTING_INVALID the variable SELFSAME_JOBS must be a whole number from 1 to 1024, not "many" (it says: builds that may run at once)',
      'SETTING_INVALID the variable SELFSAME_OFFLINE must be 1 or 0, not "perhaps" (it says: 1: never touch the network)',
      'SETTING_INVALID the variable SELFSAME_PARALLEL_DOWNLOADS must be a whole number from 1 to 64, not "65" (it says: parallel downloads)',
      'SETTING_INVALID the variable SELFSAME_DEBIAN_SNAPSHOT must hold {timestamp} and {path} (it says: snapshot service: a template with {timestamp} and {path})',
      'SETTING_INVALID the variable SELFSAME_NPM_REGISTRY must be http://…, https://… or file://…, not "example" (it says: base address of the npm registry)',
      'SETTING_INVALID the variable SELFSAME_STOR means nothing (did you mean "SELFSAME_STORE"?)',
    ]);
  });
});
