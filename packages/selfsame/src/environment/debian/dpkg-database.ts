import { createHash } from 'node:crypto';
import type { Layer, LayerControlFile } from '../layers/layer.js';
import type { TreeRequests } from '../layers/tree-program.js';
import type { OwnedEntry } from '../layers/tree-entry.js';
import type { Composition } from './compose.js';
import { adminDirectory } from './dpkg-state.js';
import type { DpkgState, FileTrigger } from './dpkg-state.js';

/** What dpkg writes for a conffile it has not dealt with (its lib/dpkg/dpkg.h, NEWCONFFILEFLAG). */
const newConffile = 'newconffile';

/** A file of dpkg's own, below the tree's root. */
export type DatabaseFile =
  | { readonly path: string; readonly content: string; readonly mode: number }
  | { readonly path: string; readonly layer: Layer; readonly control: LayerControlFile };

/**
 * The name a package's files go by below `info/` (dpkg's pkg_infodb_get_file): with the architecture
 * where several may be installed together.
 */
export function infoName(layer: Layer): string {
  return layer.fields.get('multi-arch') === 'same'
    ? `${layer.name}:${layer.architecture}`
    : layer.name;
}

/**
 * What dpkg's database must say so that `dpkg --configure` takes over exactly where its own unpacking
 * would have left off: packages in the state "unpacked", their lists and control files, the triggers they
 * are interested in, and those their files set off.
 */
export function databaseFiles(
  layers: readonly Layer[],
  composition: Composition,
  state: DpkgState,
): DatabaseFile[] {
  const files: DatabaseFile[] = [];
  const stanzas = [state.status.trimEnd()].filter((text) => text !== '');
  const interests: Interest[] = [];
  for (const layer of layers) {
    const name = infoName(layer);
    stanzas.push(statusStanza(layer, composition.besides));
    files.push(text(`info/${name}.list`, `${composition.lists.get(layer)?.join('\n') ?? '/.'}\n`));
    for (const control of layer.controlFiles) {
      files.push({ path: `${adminDirectory}/info/${name}.${control.name}`, layer, control });
    }
    interests.push(...interestsOf(layer));
  }
  files.push(text('status', `${stanzas.join('\n\n')}\n`));
  files.push(...triggerFiles(layers, composition, state, interests));
  if (state.status === '') files.push(text('info/format', '1\n'));
  return files;
}

function text(name: string, content: string): DatabaseFile {
  return { path: `${adminDirectory}/${name}`, content, mode: 0o644 };
}

/** Lists of packages that lost files to others, without those. */
export function shortenedLists(
  losses: Composition['losses'],
  listOf: (infoName: string) => readonly string[],
): DatabaseFile[] {
  return [...losses].map(([name, lost]) =>
    text(
      `info/${name}.list`,
      `${listOf(name)
        .filter((path) => !lost.has(path))
        .join('\n')}\n`,
    ),
  );
}

function statusStanza(layer: Layer, besides: ReadonlySet<string>): string {
  const lines = layer.control.trimEnd().split('\n');
  const package_ = lines.findIndex((line) => /^package:/iu.test(line));
  lines.splice(package_ + 1, 0, 'Status: install ok unpacked');
  if (layer.conffiles.length > 0) {
    lines.push('Conffiles:');
    for (const [path, md5] of layer.conffiles) {
      lines.push(` ${path} ${besides.has(path) ? newConffile : md5}`);
    }
  }
  return lines.join('\n');
}

interface Interest {
  readonly trigger: string;
  readonly who: string;
}

/** deb-triggers(5): `interest` and its variants; the part after `/` in dpkg's files says that nobody waits. */
function interestsOf(layer: Layer): Interest[] {
  return layer.triggers.flatMap((line): Interest[] => {
    const match = /^interest(?:-(await|noawait))?\s+(\S+)$/u.exec(line);
    if (match === null) return [];
    return [
      {
        trigger: match[2] ?? '',
        who: match[1] === 'noawait' ? `${infoName(layer)}/noawait` : infoName(layer),
      },
    ];
  });
}

function triggerFiles(
  layers: readonly Layer[],
  composition: Composition,
  state: DpkgState,
  interests: readonly Interest[],
): DatabaseFile[] {
  const files: DatabaseFile[] = [];
  const fileTriggers: FileTrigger[] = [...state.fileTriggers];
  const named = new Map<string, string>(state.namedTriggers);
  const changed = new Set<string>();
  for (const { trigger, who } of interests) {
    if (trigger.startsWith('/')) {
      fileTriggers.push({ path: trigger, who });
    } else {
      named.set(trigger, `${named.get(trigger) ?? ''}${who}\n`);
      changed.add(trigger);
    }
  }
  if (fileTriggers.length > 0) {
    const lines = fileTriggers.map(({ path, who }) => `${path} ${who}`).sort();
    files.push(text('triggers/File', `${lines.join('\n')}\n`));
  }
  for (const name of [...changed].sort())
    files.push(text(`triggers/${name}`, named.get(name) ?? ''));
  const activated = activatedTriggers(layers, composition, state.fileTriggers);
  files.push(text('triggers/Unincorp', activated.map((trigger) => `${trigger} -\n`).join('')));
  return files;
}

/**
 * File triggers of packages before that the new packages' files set off. Those of packages that are new
 * themselves need no mention: configuring a package for the first time deals with everything there is.
 */
function activatedTriggers(
  layers: readonly Layer[],
  composition: Composition,
  known: readonly FileTrigger[],
): string[] {
  const wanted = new Set(known.map(({ path }) => path));
  const activated = new Set<string>();
  if (wanted.size === 0) return [];
  for (const layer of layers) {
    for (const listed of composition.lists.get(layer) ?? []) {
      for (let path = listed; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
        if (wanted.has(path)) activated.add(path);
      }
    }
  }
  return [...activated].sort();
}

/** Puts the files into the tree at `prefix`, and what they are into `tree`. */
export function placeDatabase(
  files: readonly DatabaseFile[],
  tree: Map<string, OwnedEntry>,
  requests: TreeRequests,
  prefix: string,
  epoch: number,
): void {
  for (const file of files) {
    const place = `${prefix}/${file.path}`;
    if (tree.has(file.path)) requests.remove(place);
    if ('content' in file) {
      const bytes = Buffer.from(file.content);
      const owned = { mode: file.mode, uid: 0, gid: 0 };
      requests.file(place, owned, epoch, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const { path } = file;
      tree.set(path, { path, type: 'file', ...owned, time: epoch, size: bytes.length, sha256 });
      continue;
    }
    const { mode, time, size, sha256, name } = file.control;
    const entry = { path: file.path, type: 'file', mode, uid: 0, gid: 0, size, sha256 } as const;
    requests.source(file.layer.path);
    if (time <= epoch) requests.link(`control/${name}`, place);
    else requests.copy(`control/${name}`, place, entry, epoch);
    tree.set(file.path, { ...entry, time: Math.min(time, epoch) });
  }
}
