import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { downloadBytes } from '../../download/download-bytes.js';
import { downloadFile } from '../../download/download-file.js';
import { fileNameOfUrl } from '../../download/url.js';
import type { DownloadedFile } from '../../download/types.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { sha256Schema } from '../formats.js';
import { requirePinned } from '../pinned.js';
import { checkSignature, maxSignatureBytes } from '../signature.js';
import type { InputContext, InputKind } from '../types.js';
import { unpackArchive, unpackedBefore } from '../unpack/unpack.js';
import { resolveInWorkspace } from '../workspace-path.js';
import { maxInputBytes } from './schema.js';
import type { SignatureSpec, UrlSpec } from './schema.js';

const fileSchema = z.object({ sha256: sha256Schema, size: z.number().int().min(0) });

/** What the lock says of it besides the digest: the file as served, and the signature that was checked. */
const originSchema = z.object({ ...fileSchema.shape, signature: fileSchema.optional() });

/** A file from the web, with mirrors, hashes and an optional detached signature. */
export const urlKind: InputKind<UrlSpec> = {
  kind: 'url',

  pinsItself: (spec) => spec.sha256 !== undefined && !spec.unpack && spec.signature === undefined,

  async pin(spec, context) {
    const fileName = fileNameOf(spec);
    if (urlKind.pinsItself(spec) && spec.sha256 !== undefined) {
      return { form: 'file', digest: spec.sha256, fileName, origin: {} };
    }
    const file = await download(spec, spec.sha256, fileName, context);
    const signature = await verify(spec, file, undefined, context);
    const origin = {
      sha256: file.sha256,
      size: file.size,
      ...(signature === undefined ? {} : { signature }),
    };
    if (!spec.unpack) return { form: 'file', digest: file.sha256, fileName, origin };
    const tree = await unpackArchive(file, `${fileName} of ${context.label}`, context);
    const date = tree.date === undefined ? {} : { date: tree.date };
    return { form: 'tree', digest: tree.digest, ...date, origin };
  },

  async fetch(spec, pinned, context) {
    const fileName = fileNameOf(spec);
    const origin = originSchema.safeParse(pinned.origin).data;
    const form = spec.unpack ? 'tree' : 'file';
    requirePinned(pinned, { form, digest: pinned.digest }, context.label);
    const sha256 = form === 'file' ? pinned.digest : origin?.sha256;
    if (spec.sha256 !== undefined && sha256 !== undefined && spec.sha256 !== sha256) {
      requirePinned(
        { ...pinned, form: 'file', digest: sha256 },
        { form: 'file', digest: spec.sha256 },
        context.label,
      );
    }
    if (form === 'tree' && spec.signature === undefined) {
      const known = spec.sha256 ?? sha256;
      const there = known === undefined ? undefined : await unpackedBefore(known, context);
      if (there?.digest === pinned.digest) return { ...pinned, path: there.path };
    }
    const file = await download(spec, sha256 ?? spec.sha256, fileName, context);
    await verify(spec, file, origin?.signature?.sha256, context);
    if (form === 'file') return { ...pinned, fileName, path: file.path };
    const tree = await unpackArchive(file, `${fileName} of ${context.label}`, context);
    requirePinned(pinned, { form, digest: tree.digest }, context.label);
    return { ...pinned, path: tree.path };
  },
};

function fileNameOf(spec: UrlSpec): string {
  const fileName = spec.fileName ?? fileNameOfUrl(spec.urls[0] ?? '');
  if (fileName !== undefined) return fileName;
  throw new SelfsameError(
    'INPUT_FILE_NAME_INVALID',
    'the first address does not end in a plain file name',
    { hint: 'add fileName: to the input' },
  );
}

async function download(
  spec: UrlSpec,
  sha256: string | undefined,
  fileName: string,
  context: InputContext,
): Promise<DownloadedFile> {
  const { urls, sha512, size } = spec;
  const name = `${fileName} of ${context.label}`;
  return await downloadFile({ name, urls, sha256, sha512, size, maxBytes: maxInputBytes }, context);
}

/**
 * Checks the signature where the recipe asks for one: every time, since what is in the store may have come from an
 * input that asks for none. Resolves with the signature as it is kept in the store.
 */
async function verify(
  spec: UrlSpec,
  file: DownloadedFile,
  known: string | undefined,
  context: InputContext,
): Promise<{ sha256: string; size: number } | undefined> {
  const { signature } = spec;
  if (signature === undefined) return undefined;
  const bytes = await signatureBytes(signature, known, context);
  await checkSignature(
    {
      what: `${fileNameOf(spec)} of ${context.label}`,
      data: file.path,
      signature: bytes,
      keyring: signature.keyring,
      allowExpiredKeys: signature.allowExpiredKeys ?? false,
    },
    context,
  );
  const stored = await context.store.putFile(bytes);
  return { sha256: stored.sha256, size: stored.size };
}

async function signatureBytes(
  signature: SignatureSpec,
  known: string | undefined,
  context: InputContext,
): Promise<Buffer> {
  if (signature.file !== undefined) {
    return await readFile(await resolveInWorkspace(signature.file, context));
  }
  if (known !== undefined && (await context.store.hasFile(known))) {
    return await readFile(context.store.filePath(known));
  }
  const name = `the signature of ${context.label}`;
  const urls = signature.url === undefined ? [] : [signature.url];
  return await downloadBytes({ name, urls, maxBytes: maxSignatureBytes }, context);
}
