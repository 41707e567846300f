import type { ReadPart } from './oci-parts.js';

/** Bytes of JSON documents that are read: manifests and indexes have some KiB. Lists in lists take 14 times as much. */
export const maxDocumentBytes = 1024 ** 2;

/** Layers that documents name, all together, and members that they do not have counted too. */
const maxLayers = 100_000;

/** Manifests of one archive that are followed. */
const maxManifests = 1000;

/** What one member of the archive is, by its name there. */
export interface Role {
  readonly path: string;
  /** `manifest`, `config`, `layer 1`, with the platform where there are several. */
  readonly name: string;
  readonly mediaType: string | undefined;
}

/**
 * Names members by what documents say of them, in the order in which they do (OCI image-spec, image-layout.md, image-index.md and
 * manifest.md; for `manifest.json` alone: Docker's image specification 1.2). Whatever documents hold, it names only
 * members that are there, each once.
 */
export async function findRoles(read: ReadPart): Promise<Role[]> {
  const roles: Role[] = [];
  const named = new Set<string>();
  const add = (path: string | undefined, name: string, mediaType?: string): boolean => {
    if (path === undefined || named.has(path) || !read.has(path)) return false;
    named.add(path);
    roles.push({ path, name, mediaType });
    return true;
  };
  const asked = new Set<string>();
  let layers = 0;
  const queue: { readonly path: string; readonly platform: string }[] = [];
  const index = await read.json('index.json');
  for (const descriptor of list(index, 'manifests')) enqueue(descriptor, '');
  for (let at = 0; at < queue.length && at < maxManifests; at++) {
    const { path, platform } = queue[at] ?? { path: '', platform: '' };
    const document = read.has(path) ? await read.json(path) : undefined;
    const mediaType = textOf(document, 'mediaType');
    const children = list(document, 'manifests');
    const isIndex = children.length > 0;
    if (!add(path, isIndex ? 'index' : `manifest${platform}`, mediaType)) continue;
    for (const child of children) enqueue(child, platform);
    const config = property(document, 'config');
    add(blobPath(config), `config${platform}`, textOf(config, 'mediaType'));
    if ((layers += list(document, 'layers').length) > maxLayers) break;
    list(document, 'layers').forEach((layer, number) => {
      add(blobPath(layer), `layer ${number + 1}${platform}`, textOf(layer, 'mediaType'));
    });
  }
  const document = await read.json('manifest.json');
  const images: readonly unknown[] = Array.isArray(document) ? document : [];
  images.slice(0, maxManifests).forEach((image, number) => {
    const which = images.length > 1 ? ` of image ${number + 1}` : '';
    add(textOf(image, 'Config'), `config${which}`);
    if ((layers += list(image, 'Layers').length) > maxLayers) return;
    list(image, 'Layers').forEach((layer, position) => {
      if (typeof layer === 'string') add(layer, `layer ${position + 1}${which}`);
    });
  });
  return roles;

  function enqueue(descriptor: unknown, before: string): void {
    const path = blobPath(descriptor);
    // Each once: what names itself would be read again and again.
    if (path === undefined || asked.has(path) || queue.length >= maxManifests) return;
    asked.add(path);
    const platform = property(descriptor, 'platform');
    const parts = ['os', 'architecture', 'variant'].map((key) => textOf(platform, key));
    const shown = parts.filter((part) => part !== undefined).join('/');
    queue.push({ path, platform: shown === '' ? before : ` ${shown}` });
  }
}

/** `blobs/sha256/…` of a descriptor (image-layout.md, "Blobs"). */
function blobPath(descriptor: unknown): string | undefined {
  const match = /^([a-z0-9+._-]+):([a-zA-Z0-9=_-]+)$/.exec(textOf(descriptor, 'digest') ?? '');
  return match === null ? undefined : `blobs/${match[1]}/${match[2]}`;
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function textOf(value: unknown, key: string): string | undefined {
  const found = property(value, key);
  return typeof found === 'string' && found.length <= 4096 ? found : undefined;
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = property(value, key);
  return Array.isArray(found) ? found.slice(0, 10_000) : [];
}
