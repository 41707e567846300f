import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of other packages that goes to another place (dpkg-divert(1)). Paths are absolute. */
export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package that keeps its file in place, or `:` for all packages being diverted. */
  readonly package: string;
}

/** Owner and mode that apply instead of a package's own (dpkg-statoverride(1)). */
export interface StatOverride {
  readonly user: string;
  readonly group: string;
  readonly mode: number;
}

/** A package that wants to hear of files below a path (deb-triggers(5)). */
export interface FileTrigger {
  readonly path: string;
  /** As in `triggers/File`: the package, perhaps with `/noawait`. */
  readonly who: string;
}

/** What dpkg knows about a tree, as far as unpacking more packages depends on it. */
export interface DpkgState {
  /** Text of `var/lib/dpkg/status`. */
  readonly status: string;
  readonly diversions: readonly Diversion[];
  /** By absolute path. */
  readonly overrides: ReadonlyMap<string, StatOverride>;
  readonly fileTriggers: readonly FileTrigger[];
  /** Text of `triggers/<name>` of each other trigger somebody is interested in. */
  readonly namedTriggers: ReadonlyMap<string, string>;
  /** Ids by name, for overrides. */
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
  /** Names installed packages' files go by below `info/`: name, or name:architecture. */
  readonly infoNames: readonly string[];
}

export const emptyDpkgState: DpkgState = {
  status: '',
  diversions: [],
  overrides: new Map(),
  fileTriggers: [],
  namedTriggers: new Map(),
  users: new Map([['root', 0]]),
  groups: new Map([['root', 0]]),
  infoNames: [],
};

/** Where dpkg keeps what it knows, below the tree's root. */
export const adminDirectory = 'var/lib/dpkg';

/** Reads what dpkg knows about the tree at `root` (absolute). Files that are not there count as empty. */
export async function readDpkgState(root: string): Promise<DpkgState> {
  const admin = join(root, adminDirectory);
  const [status, diversions, overrides, fileTriggers, passwd, group] = await Promise.all([
    read(join(admin, 'status')),
    read(join(admin, 'diversions')),
    read(join(admin, 'statoverride')),
    read(join(admin, 'triggers/File')),
    read(join(root, 'etc/passwd')),
    read(join(root, 'etc/group')),
  ]);
  const namedTriggers = new Map<string, string>();
  for (const name of await list(join(admin, 'triggers'))) {
    if (['File', 'Lock', 'Unincorp'].includes(name)) continue;
    namedTriggers.set(name, await read(join(admin, 'triggers', name)));
  }
  const infoNames = (await list(join(admin, 'info')))
    .filter((name) => name.endsWith('.list'))
    .map((name) => name.slice(0, -'.list'.length));
  return {
    status,
    diversions: parseDiversions(diversions),
    overrides: parseOverrides(overrides),
    fileTriggers: lines(fileTriggers).flatMap((line) => {
      const [path, who] = line.split(' ');
      return path === undefined || who === undefined ? [] : [{ path, who }];
    }),
    namedTriggers,
    users: parseIds(passwd),
    groups: parseIds(group),
    infoNames,
  };
}

/** Absolute paths of an installed package's files, as dpkg lists them. */
export async function readFileList(root: string, infoName: string): Promise<string[]> {
  return lines(await read(join(root, adminDirectory, 'info', `${infoName}.list`)));
}

/** Three lines each: from, to, package. */
export function parseDiversions(text: string): Diversion[] {
  const parts = lines(text);
  const diversions: Diversion[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [from = '', to = '', owner = ''] = parts.slice(at, at + 3);
    diversions.push({ from, to, package: owner });
  }
  return diversions;
}

/** Lines `user group mode path`. */
export function parseOverrides(text: string): Map<string, StatOverride> {
  return new Map(
    lines(text).flatMap((line): [string, StatOverride][] => {
      const match = /^(\S+) (\S+) ([0-7]{1,5}) (\/.*)$/u.exec(line);
      if (match === null) return [];
      const [, user = '', group = '', mode = '', path = ''] = match;
      return [[path, { user, group, mode: Number.parseInt(mode, 8) & 0o7777 }]];
    }),
  );
}

/** passwd(5) and group(5) both have the name first and the id third. */
function parseIds(text: string): Map<string, number> {
  const ids = new Map([['root', 0]]);
  for (const line of lines(text)) {
    const [name = '', , id = ''] = line.split(':');
    if (/^[0-9]+$/u.test(id)) ids.set(name, Number(id));
  }
  return ids;
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function list(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
