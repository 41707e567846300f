import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '@selfsame/verify';
import type { Context } from '../../context.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Sha256 } from '../../store/types.js';
import type { Tree } from '../layers/tree-entry.js';
import { loadTree, materialise } from '../materialise.js';
import { stageIds } from '../stage-id.js';
import type { LockedEnvironment } from '../types.js';
import { layerBytes } from './layer-bytes.js';
import { layerDifference } from './layer-difference.js';
import { packLayout } from './pack-layout.js';

/** Media types of the OCI image specification 1.1. Layers are not compressed: compressors differ from version to version, and the digest would with them. */
const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Names Go, and so OCI, has for Debian's architectures. */
const platforms: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  amd64: { architecture: 'amd64' },
  arm64: { architecture: 'arm64' },
  armel: { architecture: 'arm', variant: 'v5' },
  armhf: { architecture: 'arm', variant: 'v7' },
  i386: { architecture: '386' },
  loong64: { architecture: 'loong64' },
  mips64el: { architecture: 'mips64le' },
  ppc64el: { architecture: 'ppc64le' },
  riscv64: { architecture: 'riscv64' },
  s390x: { architecture: 's390x' },
};

export interface ExportedImage {
  /** sha256 of the image's manifest: what two people compare, and what registries call the image's digest. */
  readonly digest: Sha256;
  /** Digest of the tree inside, as in the store. */
  readonly tree: Sha256;
  /** Absolute path of the layout. */
  readonly path: string;
  /** Bytes of all blobs. */
  readonly size: number;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an environment as an OCI image layout, one layer for each stage: a directory, or an archive when
 * `out` ends in `.tar`. The same lock gives the same bytes everywhere.
 *
 * @param out absolute path; must not exist, or be an empty directory
 * @throws SelfsameError EXPORT_FAILED, and what `materialise` throws
 */
export async function exportImage(
  locked: LockedEnvironment,
  out: string,
  context: Context,
): Promise<ExportedImage> {
  await refuseExisting(out);
  const { digest: tree } = await materialise(locked, context);
  const draft = `${out}.${process.pid}.new`;
  try {
    await mkdir(join(draft, 'blobs/sha256'), { recursive: true });
    const { digest, size } = await writeLayout(locked, tree, draft, context);
    if (out.endsWith('.tar')) {
      await packLayout(draft, `${draft}.tar`, locked.epoch);
      await rename(`${draft}.tar`, out);
    } else {
      await rename(draft, out);
    }
    return { digest, tree, path: out, size };
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    throw new SelfsameError('EXPORT_FAILED', `the image ${out} could not be written`, {
      hint: 'check the directory and the space on its disk',
      cause: error,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(`${draft}.tar`, { force: true });
  }
}

async function refuseExisting(out: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(out);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
    names = ['a file'];
  }
  if (names.length === 0) return;
  throw new SelfsameError('EXPORT_FAILED', `${out} exists already`, {
    hint: 'choose another name, or remove it first',
  });
}

async function writeLayout(
  locked: LockedEnvironment,
  tree: Sha256,
  directory: string,
  context: Context,
): Promise<{ digest: Sha256; size: number }> {
  const layers: Descriptor[] = [];
  let below: Tree = new Map();
  for (const id of stageIds(locked)) {
    const above = await loadTree(id, context);
    const entries = layerDifference(below, above.tree);
    const { digest, size } = await writeBlob(
      directory,
      layerBytes(entries, above.path, locked.epoch, context.signal),
    );
    layers.push({ mediaType: mediaTypes.layer, digest, size });
    below = above.tree;
  }
  const config = await writeBlob(directory, json(configOf(locked, tree, layers)));
  const manifest = await writeBlob(
    directory,
    json({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, ...config },
      layers,
    }),
  );
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        mediaType: mediaTypes.manifest,
        ...manifest,
        platform: { ...platformOf(locked), os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': 'latest' },
      },
    ],
  };
  await writeFile(join(directory, 'index.json'), canonicalJson(index));
  await writeFile(join(directory, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
  const size = [...layers, config, manifest].reduce((sum, blob) => sum + blob.size, 0);
  return { digest: manifest.digest.replace('sha256:', ''), size };
}

function configOf(locked: LockedEnvironment, tree: Sha256, layers: readonly Descriptor[]) {
  const created = new Date(locked.epoch * 1000).toISOString().replace(/\.\d+Z$/u, 'Z');
  return {
    created,
    ...platformOf(locked),
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8'],
      Cmd: ['/bin/sh'],
      Labels: { 'urn:selfsame:environment-tree': `sha256:${tree}` },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: locked.stages.map(({ name, packages }) => ({
      created,
      created_by: `selfsame: ${name}, ${packages.length} packages of ${locked.distribution}`,
    })),
  };
}

function platformOf({ architecture }: LockedEnvironment) {
  return platforms[architecture] ?? { architecture };
}

function json(value: unknown): Iterable<Buffer> {
  return [Buffer.from(canonicalJson(value))];
}

async function writeBlob(
  directory: string,
  bytes: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<{ digest: string; size: number }> {
  const blobs = join(directory, 'blobs/sha256');
  const draft = join(blobs, 'new');
  const hash = createHash('sha256');
  let size = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  await pipeline(Readable.from(counted(), { objectMode: false }), createWriteStream(draft));
  const digest = hash.digest('hex');
  await rename(draft, join(dirname(draft), digest));
  return { digest: `sha256:${digest}`, size };
}
