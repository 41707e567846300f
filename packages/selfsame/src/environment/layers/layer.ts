import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Context } from '../../context.js';
import { parseDeb822 } from '../../download/deb822.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Sha256 } from '../../store/types.js';
import { actsOnInstall } from '../debian/preinst.js';
import { readControl, readData } from '../debian/deb-file.js';
import type { ControlFile } from '../debian/deb-file.js';
import type { TarHeader, TarSink } from '../debian/tar-reader.js';
import type { LockedPackage } from '../types.js';
import { decodeEntries, encodeEntry } from './entry-codec.js';
import type { EncodedEntry } from './entry-codec.js';
import { parentOf } from './tree-entry.js';
import type { OwnedEntry } from './tree-entry.js';
import { TreeRequests, writeTree } from './tree-program.js';

/**
 * One package, unpacked. In the store (`layers/<sha256 of the .deb>/`): `tree/` with the package's files,
 * `control/` with its control files, and `layer.json` with what is here. Nothing in it is ever changed,
 * since environments are made of links to its files.
 */
export interface Layer {
  readonly sha256: Sha256;
  /** Absolute path of the store's entry. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The control file's fields, names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** The control file as the package has it. */
  readonly control: string;
  readonly controlFiles: readonly LayerControlFile[];
  /** Absolute path of each conffile, and what dpkg's status file says of it: its md5, or that it is to go. */
  readonly conffiles: readonly (readonly [path: string, md5: string])[];
  /** True when it has a preinst script that could do anything on a first installation. */
  readonly hasPreinst: boolean;
  /** Directives of its `triggers` file (deb-triggers(5)), without comments. */
  readonly triggers: readonly string[];
  /** In the archive's order; directories before what is in them. */
  readonly entries: readonly OwnedEntry[];
}

export interface LayerControlFile {
  readonly name: string;
  readonly mode: number;
  readonly time: number;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
}

/** Raised by every change to what `layer.json` says. */
const layerVersion = 3;

/** What `layer.json` holds. */
interface LayerRecord {
  readonly layerVersion: number;
  readonly control: string;
  readonly controlFiles: readonly LayerControlFile[];
  readonly conffiles: readonly (readonly [string, string])[];
  readonly hasPreinst: boolean;
  readonly triggers: readonly string[];
  readonly entries: readonly EncodedEntry[];
}

/** Names a package in messages. */
export function packageLabel({ name, version, architecture }: LockedPackage): string {
  return `${name} ${version} ${architecture}`;
}

/** The layer of a package if it was unpacked before. */
export async function findLayer(
  locked: LockedPackage,
  context: Pick<Context, 'store'>,
): Promise<Layer | undefined> {
  const path = context.store.entryPath('layers', locked.sha256);
  let text: string;
  try {
    text = await readFile(join(path, 'layer.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = JSON.parse(text) as LayerRecord;
  if (record.layerVersion === layerVersion) return layerOf(locked, path, record);
  // Made by another version of selfsame: made again, from the same package.
  await context.store.remove('layers', locked.sha256);
  return undefined;
}

/**
 * Unpacks a package whose .deb is in the store, once.
 * @throws SelfsameError PACKAGE_REFUSED when it is damaged, hostile, or another package than locked;
 *   HOST_TOOL_MISSING; INTERRUPTED; errors of the store
 */
export async function makeLayer(locked: LockedPackage, context: Context): Promise<Layer> {
  const { store, signal } = context;
  const label = packageLabel(locked);
  const deb = store.filePath(locked.sha256);
  const control = await readControl(deb, label, signal);
  const path = await store.publish('layers', locked.sha256, async (directory) => {
    const record = await unpack(deb, label, control, directory, signal);
    // Before anything is kept: the lock must not be able to name one package and mean another.
    layerOf(locked, directory, record);
    await writeFile(join(directory, 'layer.json'), `${JSON.stringify(record)}\n`);
  });
  const layer = await findLayer(locked, context);
  if (layer === undefined)
    throw new SelfsameError('ENVIRONMENT_DAMAGED', `${path} has no layer.json`);
  return layer;
}

function layerOf(locked: LockedPackage, path: string, record: LayerRecord): Layer {
  const { stanzas, problems } = parseDeb822(record.control);
  const [fields] = stanzas;
  if (fields === undefined || stanzas.length !== 1 || problems.length > 0) {
    throw refused(locked, 'its control file is damaged');
  }
  for (const key of ['name', 'version', 'architecture'] as const) {
    const stated = fields.get(key === 'name' ? 'package' : key);
    if (stated !== locked[key]) {
      throw refused(locked, `the file calls its ${key} ${JSON.stringify(stated ?? '')}`);
    }
  }
  return {
    sha256: locked.sha256,
    path,
    name: locked.name,
    version: locked.version,
    architecture: locked.architecture,
    fields,
    control: record.control,
    controlFiles: record.controlFiles,
    conffiles: record.conffiles,
    hasPreinst: record.hasPreinst,
    triggers: record.triggers,
    entries: decodeEntries(record.entries),
  };
}

function refused(locked: LockedPackage, why: string): SelfsameError {
  return new SelfsameError('PACKAGE_REFUSED', `${packageLabel(locked)} is refused: ${why}`, {
    hint: 'selfsame.lock does not say what the package is: run selfsame lock --update',
  });
}

async function unpack(
  deb: string,
  label: string,
  control: readonly ControlFile[],
  directory: string,
  signal: AbortSignal,
): Promise<LayerRecord> {
  const requests = new TreeRequests();
  requests.directory('tree', { mode: 0o755, uid: 0, gid: 0 });
  requests.directory('control', { mode: 0o755, uid: 0, gid: 0 });
  for (const { name, mode, time, content } of control) {
    requests.file(`control/${name}`, { mode: mode & 0o755, uid: 0, gid: 0 }, time, content);
  }
  const conffiles = conffilesOf(control);
  const sink = new UnpackSink(requests, new Set(conffiles.map(({ path }) => path)));
  const pipe = new PassThrough({ highWaterMark: 4 << 20 });
  const writing = writeTree(directory, pipe, signal);
  writing.catch(() => undefined);
  const ended = writing.then(() => {
    throw new SelfsameError('ENVIRONMENT_HELPER_FAILED', `selfsame-tree ended early in ${label}`);
  });
  ended.catch(() => undefined);
  const drain = async (): Promise<void> => {
    for (const chunk of requests.take()) {
      if (!pipe.write(chunk)) await Promise.race([once(pipe, 'drain'), ended]);
    }
  };
  try {
    await readData(deb, label, sink, signal, drain);
    await drain();
  } catch (error) {
    pipe.destroy();
    await writing.catch(() => undefined);
    throw error;
  }
  pipe.end();
  await writing;
  return {
    layerVersion,
    control: textOf(control, 'control'),
    controlFiles: control
      .filter(({ name }) => name !== 'control')
      .map(({ name, mode, time, content }) => ({
        name,
        mode: mode & 0o755,
        time,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
    conffiles: conffiles.flatMap(({ path, isToGo }) => {
      const md5 = isToGo ? 'newconffile remove-on-upgrade' : sink.md5.get(path.slice(1));
      return md5 === undefined ? [] : [[path, md5] as const];
    }),
    hasPreinst: actsOnInstall(textOf(control, 'preinst')),
    triggers: textOf(control, 'triggers')
      .split('\n')
      .map((line) => line.replace(/#.*$/u, '').trim())
      .filter((line) => line !== ''),
    entries: sink.entries.map(encodeEntry),
  };
}

function textOf(control: readonly ControlFile[], wanted: string): string {
  return control.find(({ name }) => name === wanted)?.content.toString('utf8') ?? '';
}

/** deb-conffiles(5): one absolute path a line; the flag `remove-on-upgrade` names one that the package no longer has. */
function conffilesOf(
  control: readonly ControlFile[],
): { readonly path: string; readonly isToGo: boolean }[] {
  return textOf(control, 'conffiles')
    .split('\n')
    .flatMap((line) => {
      const match = /^(remove-on-upgrade\s+)?(\/\S.*?)\s*$/u.exec(line);
      return match === null ? [] : [{ path: match[2] ?? '', isToGo: match[1] !== undefined }];
    });
}

/** Turns archive entries into requests below `tree/`, and remembers what they were. */
class UnpackSink implements TarSink {
  readonly entries: OwnedEntry[] = [];
  /** Of conffiles, by path without the first slash. */
  readonly md5 = new Map<string, string>();
  readonly #requests: TreeRequests;
  readonly #conffiles: ReadonlySet<string>;
  readonly #known = new Map<string, OwnedEntry>();
  #file: { header: TarHeader; sha256: Hash; md5: Hash | undefined } | undefined;

  constructor(requests: TreeRequests, conffiles: ReadonlySet<string>) {
    this.#requests = requests;
    this.#conffiles = conffiles;
  }

  header(header: TarHeader): void {
    const { path, mode, uid, gid, time, size, target } = header;
    if (path === '') return;
    this.#addMissingParents(path);
    const place = `tree/${path}`;
    switch (header.type) {
      case 'directory':
        this.#requests.directory(place, header);
        if (!this.#known.has(path)) this.#remember({ type: 'directory', path, mode, uid, gid });
        break;
      case 'symlink':
        this.#requests.symlink(place, target, uid, gid, time);
        this.#remember({ type: 'symlink', path, uid, gid, time, target });
        break;
      case 'hardlink': {
        const original = this.#known.get(target);
        if (original?.type !== 'file') return;
        this.#requests.linkInside(`tree/${target}`, place);
        this.#remember({ ...original, path });
        const md5 = this.md5.get(target);
        if (md5 !== undefined) this.md5.set(path, md5);
        break;
      }
      case 'file':
        this.#requests.startFile(place, header, time, size);
        this.#file = {
          header,
          sha256: createHash('sha256'),
          md5: this.#conffiles.has(`/${path}`) ? createHash('md5') : undefined,
        };
    }
  }

  content(bytes: Uint8Array): void {
    this.#requests.content(bytes);
    this.#file?.sha256.update(bytes);
    this.#file?.md5?.update(bytes);
  }

  end(): void {
    if (this.#file === undefined) return;
    const { path, mode, uid, gid, time, size } = this.#file.header;
    const sha256 = this.#file.sha256.digest('hex');
    this.#remember({ type: 'file', path, mode, uid, gid, time, size, sha256 });
    if (this.#file.md5 !== undefined) this.md5.set(path, this.#file.md5.digest('hex'));
    this.#file = undefined;
  }

  /** Packages not made by dpkg-deb may leave directories out; dpkg then makes them like this. */
  #addMissingParents(path: string): void {
    const parent = parentOf(path);
    if (parent === '' || this.#known.has(parent)) return;
    this.#addMissingParents(parent);
    const entry = { type: 'directory', path: parent, mode: 0o755, uid: 0, gid: 0 } as const;
    this.#requests.directory(`tree/${parent}`, entry);
    this.#remember(entry);
  }

  #remember(entry: OwnedEntry): void {
    this.#known.set(entry.path, entry);
    this.entries.push(entry);
  }
}
