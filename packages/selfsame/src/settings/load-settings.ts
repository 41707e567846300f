import { availableParallelism, homedir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { ErrorCollector } from '../errors/error-collector.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import { readText } from '../util/read-text.js';
import type { SettingsData } from './schema.js';
import type { Settings } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What each variable says, and the largest number it may say. */
const variables = {
  SELFSAME_STORE: 'directory of the store',
  SELFSAME_JOBS: 'builds that may run at once',
  SELFSAME_OFFLINE: '1: never touch the network',
  SELFSAME_PARALLEL_DOWNLOADS: 'parallel downloads',
  SELFSAME_DEBIAN_MIRRORS: 'base addresses of archives, separated by blanks',
  SELFSAME_DEBIAN_KEYRINGS: 'keyring files, separated by :',
  SELFSAME_DEBIAN_SNAPSHOT: 'snapshot service: a template with {timestamp} and {path}',
  SELFSAME_KEYRINGS: 'OpenPGP keyrings for attestations, files or folders, separated by :',
  SELFSAME_NPM_REGISTRY: 'base address of the npm registry',
} as const;

type Variable = keyof typeof variables;

/** Largest settings file, bytes. */
const largestFile = 1024 * 1024;

/**
 * The settings of this machine and person: `SELFSAME_*` variables before `settings.yaml` in
 * `$XDG_CONFIG_HOME/selfsame` (default `~/.config/selfsame`) before defaults. Empty variables count as unset.
 *
 * @param env usually `process.env`
 * @param cwd absolute; relative paths in variables start here
 * @throws SelfsameErrors with all complaints (SETTING_INVALID, and those of YAML files at their place)
 */
export async function loadSettings(env: Environment, cwd: string): Promise<Settings> {
  const errors = new ErrorCollector();
  const read = new VariableReader(env, errors);
  const home = env['HOME'] === undefined || env['HOME'] === '' ? homedir() : env['HOME'];
  const expandHome = (path: string): string =>
    path.startsWith('~/') ? join(home, path.slice(2)) : path;
  const paths = (all: readonly string[] = []): readonly string[] =>
    all.map((each) => resolve(cwd, expandHome(each)));
  const path = join(
    xdg(env['XDG_CONFIG_HOME'], join(home, '.config')),
    'selfsame',
    'settings.yaml',
  );
  const file = await readSettingsFile(path, cwd, errors);
  const storePath = read.text('SELFSAME_STORE') ?? file.store;
  const settings: Settings = {
    storePath:
      storePath === undefined
        ? join(xdg(env['XDG_CACHE_HOME'], join(home, '.cache')), 'selfsame')
        : resolve(cwd, expandHome(storePath)),
    jobs: read.count('SELFSAME_JOBS', 1024) ?? file.jobs ?? availableParallelism(),
    offline: read.flag('SELFSAME_OFFLINE') ?? file.offline ?? false,
    parallelDownloads: read.count('SELFSAME_PARALLEL_DOWNLOADS', 64) ?? file.parallelDownloads ?? 8,
    debian: {
      mirrors: read.addresses('SELFSAME_DEBIAN_MIRRORS') ?? file.debian?.mirrors ?? [],
      keyrings: paths(read.list('SELFSAME_DEBIAN_KEYRINGS') ?? file.debian?.keyrings),
      snapshot: read.template('SELFSAME_DEBIAN_SNAPSHOT') ?? file.debian?.snapshot,
    },
    keyrings: paths(read.list('SELFSAME_KEYRINGS') ?? file.keyrings),
    npm: { registry: read.address('SELFSAME_NPM_REGISTRY') ?? file.npm?.registry },
  };
  read.refuseSlips();
  errors.throwIfAny();
  return settings;
}

/** Base directories of the XDG specification: relative ones are to be ignored. */
function xdg(value: string | undefined, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

async function readSettingsFile(
  path: string,
  cwd: string,
  errors: ErrorCollector,
): Promise<SettingsData> {
  const short = relative(cwd, path);
  const name = short.length < path.length ? short : path;
  const text = errors.attempt(() => readText(path, name, largestFile));
  // Without a file, the YAML reader and the schemas need not be loaded: most commands are short.
  if (text === undefined) return {};
  const [{ parseYamlFile }, { validate }, { settingsSchema }] = await Promise.all([
    import('../util/yaml/yaml-file.js'),
    import('../util/yaml/validate.js'),
    import('./schema.js'),
  ]);
  return (
    errors.attempt(() => {
      const yaml = parseYamlFile(text, name);
      // A file of comments says nothing, and that is fine here.
      return yaml.value === null ? {} : validate(settingsSchema, yaml);
    }) ?? {}
  );
}

class VariableReader {
  readonly #env: Environment;
  readonly #errors: ErrorCollector;

  constructor(env: Environment, errors: ErrorCollector) {
    this.#env = env;
    this.#errors = errors;
  }

  text(name: Variable): string | undefined {
    const value = this.#env[name];
    return value === '' ? undefined : value;
  }

  count(name: Variable, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    this.#refuse(name, `must be a whole number from 1 to ${most}, not ${JSON.stringify(text)}`);
    return undefined;
  }

  flag(name: Variable): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (['1', 'true', 'yes', 'on'].includes(text)) return true;
    if (['0', 'false', 'no', 'off'].includes(text)) return false;
    this.#refuse(name, `must be 1 or 0, not ${JSON.stringify(text)}`);
    return undefined;
  }

  /** Paths, separated by `:`. */
  list(name: Variable): string[] | undefined {
    return this.text(name)
      ?.split(':')
      .filter((each) => each !== '');
  }

  address(name: Variable): string | undefined {
    return this.addresses(name)?.[0];
  }

  addresses(name: Variable): string[] | undefined {
    const found = this.text(name)
      ?.split(/\s+/)
      .filter((each) => each !== '');
    for (const each of found ?? []) {
      if (/^(?:https?|file):\/\/[!-~]{1,2048}$/.test(each)) continue;
      this.#refuse(name, `must be http://…, https://… or file://…, not ${JSON.stringify(each)}`);
    }
    return found;
  }

  template(name: Variable): string | undefined {
    const found = this.address(name);
    if (found !== undefined && !(found.includes('{timestamp}') && found.includes('{path}'))) {
      this.#refuse(name, 'must hold {timestamp} and {path}');
    }
    return found;
  }

  /** A variable that is one slip away from one of ours was meant to say something. */
  refuseSlips(): void {
    for (const name of Object.keys(this.#env)) {
      if (!name.startsWith('SELFSAME_') || Object.hasOwn(variables, name)) continue;
      const hint = didYouMean(name, Object.keys(variables));
      if (hint === undefined) continue;
      this.#errors.add(
        new SelfsameError('SETTING_INVALID', `the variable ${name} means nothing`, { hint }),
      );
    }
  }

  #refuse(name: Variable, why: string): void {
    this.#errors.add(
      new SelfsameError('SETTING_INVALID', `the variable ${name} ${why}`, {
        hint: `it says: ${variables[name]}`,
      }),
    );
  }
}
