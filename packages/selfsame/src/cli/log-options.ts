import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Envelope, NoteKey } from '@selfsame/verify';
import type { PrivateKey } from '../signing/private-key.js';
import type { CommandContext, OptionValues } from './command.js';
import { one } from './option-values.js';

export const keyOption = {
  flags: '--key <file>',
  description: 'private key, by file or name (default: your only or default key)',
} as const;

export const logKeyOption = {
  flags: '--log <vkey>',
  description: 'verifier key of the log, as its operator publishes it: NAME+HASH+KEY',
} as const;

export const attestationsOption = {
  flags: '--attestations <dir>',
  description: 'attestations folder (default: attestations/ in the workspace)',
} as const;

export const policyOption = {
  flags: '--policy <file>',
  description: 'policy that says who signers are (default: policy.yaml in the workspace)',
} as const;

/** The private key that is named with --key, or the person's only or default one. */
export async function keyOf(options: OptionValues, context: CommandContext): Promise<PrivateKey> {
  const { readPrivateKey } = await import('../record/key-file.js');
  const { chooseKeyFile, namedKeyFile } = await import('../record/choose-key.js');
  const named = one(options, 'key');
  const path =
    named === undefined
      ? chooseKeyFile(context.env)
      : namedKeyFile(named, context.cwd, context.env);
  return readPrivateKey(path).key;
}

/** The log's verifier key that is named with --log: what a directory says of itself proves nothing. */
export async function logKeyOf(options: OptionValues): Promise<NoteKey> {
  const { parseNoteKey, VerifyError } = await import('@selfsame/verify');
  const { SelfsameError } = await import('../errors/selfsame-error.js');
  const named = one(options, 'log');
  let why = 'it is not given';
  try {
    if (named !== undefined) return parseNoteKey(named);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    why = error.message;
  }
  throw new SelfsameError('WRONG_USE', `the log's verifier key is needed: ${why}`, {
    hint: 'give the one that the log’s operator publishes: --log NAME+HASH+KEY',
  });
}

/** Every claim of an attestations folder. */
export async function readFolder(
  options: OptionValues,
  context: CommandContext,
): Promise<{ readonly folder: string; readonly envelopes: readonly Envelope[] }> {
  const { join } = await import('node:path');
  const { findWorkspace } = await import('./find-workspace.js');
  const { listBuilds, readBuildAttestations } = await import('../record/attestation-folder.js');
  const named = one(options, 'attestations');
  const folder =
    named === undefined
      ? join(findWorkspace(context.cwd)?.root ?? context.cwd, 'attestations')
      : resolve(context.cwd, named);
  // A missing folder would show every use of a key as somebody else's, and add nothing to a log in silence.
  if (!existsSync(folder)) {
    const { SelfsameError } = await import('../errors/selfsame-error.js');
    throw new SelfsameError('ATTESTATION_READ', `there is no attestations folder ${folder}`, {
      hint: 'name the folder with your claims: --attestations DIR',
    });
  }
  const envelopes: Envelope[] = [];
  for (const build of (await listBuilds(folder)).builds) {
    context.signal.throwIfAborted();
    envelopes.push(...(await readBuildAttestations(folder, build)).envelopes);
  }
  return { folder, envelopes };
}
