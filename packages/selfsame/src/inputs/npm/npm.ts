import { z } from 'zod';
import { downloadFile } from '../../download/download-file.js';
import type { DownloadedFile } from '../../download/types.js';
import { integritySchema, sha256Schema } from '../formats.js';
import { requirePinned } from '../pinned.js';
import type { InputContext, InputKind } from '../types.js';
import { unpackArchive, unpackedBefore } from '../unpack/unpack.js';
import { asNotFound, npmRegistry, registryIntegrity, tarballUrl } from './registry.js';
import type { NpmSpec } from './schema.js';

/** What the lock says besides the digest: the tarball as served. */
const originSchema = z.object({
  integrity: integritySchema,
  sha256: sha256Schema,
  size: z.number().int().min(0),
});

/** Largest package, bytes. */
const maxTarballBytes = 2 * 1024 ** 3;

/** A package of the npm registry: its tarball, or what is in it. */
export const npmKind: InputKind<NpmSpec> = {
  kind: 'npm',

  pinsItself: () => false,

  async pin(spec, context) {
    const integrity =
      spec.integrity ?? (await registryIntegrity(spec.package, spec.version, context));
    const file = await download(spec, integrity, undefined, context);
    const origin = { integrity, sha256: file.sha256, size: file.size };
    const fileName = fileNameOf(spec);
    if (!spec.unpack) return { form: 'file', digest: file.sha256, fileName, origin };
    const tree = await unpackArchive(file, label(spec), context);
    const date = tree.date === undefined ? {} : { date: tree.date };
    return { form: 'tree', digest: tree.digest, ...date, origin };
  },

  async fetch(spec, pinned, context) {
    const form = spec.unpack ? 'tree' : 'file';
    requirePinned(pinned, { form, digest: pinned.digest }, context.label);
    const origin = originSchema.safeParse(pinned.origin).data;
    const integrity = spec.integrity ?? origin?.integrity;
    const sha256 = form === 'file' ? pinned.digest : origin?.sha256;
    // A recipe's integrity is checked against the bytes whenever it is not the one that was pinned.
    if (form === 'tree' && (spec.integrity === undefined || spec.integrity === origin?.integrity)) {
      const there = sha256 === undefined ? undefined : await unpackedBefore(sha256, context);
      if (there?.digest === pinned.digest) return { ...pinned, path: there.path };
    }
    const file = await download(spec, integrity, sha256, context);
    if (form === 'file') return { ...pinned, fileName: fileNameOf(spec), path: file.path };
    const tree = await unpackArchive(file, label(spec), context);
    requirePinned(pinned, { form, digest: tree.digest }, context.label);
    return { ...pinned, path: tree.path };
  },
};

function label(spec: NpmSpec): string {
  return `${spec.package}@${spec.version}`;
}

/** As `npm pack` names it: the scope in front, without `@` and `/`. */
function fileNameOf(spec: NpmSpec): string {
  return `${spec.package.replace('@', '').replace('/', '-')}-${spec.version}.tgz`;
}

async function download(
  spec: NpmSpec,
  integrity: string | undefined,
  sha256: string | undefined,
  context: InputContext,
): Promise<DownloadedFile> {
  const known = sha256 !== undefined && (await context.store.hasFile(sha256));
  const offline = known || context.settings.offline;
  // Asking npm for its registry takes longer than a build that has everything.
  const urls = offline
    ? []
    : [tarballUrl(await npmRegistry(context.settings), spec.package, spec.version)];
  const name = `${label(spec)} of ${context.label}`;
  const request = { name, urls, sha256, integrity, maxBytes: maxTarballBytes };
  try {
    return await downloadFile(request, context);
  } catch (error) {
    throw asNotFound(error, label(spec));
  }
}
