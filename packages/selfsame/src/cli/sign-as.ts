import { join, relative, resolve } from 'node:path';
import type { SignFormat } from '../attestations/write/formats.js';
import type { BuiltResult } from '../record/built-result.js';
import type { CommandContext, CommandResult, OptionValues } from './command.js';

/** Largest file that is there already and compared, bytes. */
const maxPresent = 32 * 1024 ** 2;

/** `selfsame sign --as FORMAT`: what other programs verify, instead of claims. */
export async function checkSignAs(options: OptionValues): Promise<SignFormat | undefined> {
  const { signFormats } = await import('../attestations/write/formats.js');
  const { SelfsameError } = await import('../errors/selfsame-error.js');
  const { as, gpg, key } = options;
  const usesGpg = typeof gpg === 'string';
  if (as === undefined || as === 'claim') {
    if (!usesGpg) return undefined;
    throw new SelfsameError('SIGN_FORMAT', 'claims are signed with Ed25519 keys, not with gpg', {
      hint: 'leave out --gpg, or sign as one of: guix, gitian, sha256sums, in-toto',
    });
  }
  const format = Object.keys(signFormats).find((name): name is SignFormat => name === as);
  if (format === undefined) {
    const names = ['claim', ...Object.keys(signFormats)].join(', ');
    throw new SelfsameError('SIGN_FORMAT', `nothing is signed as ${String(as)}`, {
      hint: `choose one of: ${names}`,
    });
  }
  if (usesGpg && typeof key === 'string') {
    throw new SelfsameError('WRONG_USE', '--gpg and --key both say which key to sign with', {
      hint: 'give one of them',
    });
  }
  const kinds: readonly string[] = signFormats[format];
  if (!kinds.includes(usesGpg ? 'gpg' : 'ed25519')) {
    throw usesGpg
      ? new SelfsameError(
          'SIGN_FORMAT',
          `programs that read ${format} know no OpenPGP signatures`,
          {
            hint: 'leave out --gpg: your selfsame key signs it',
          },
        )
      : new SelfsameError('SIGN_FORMAT', `programs that read ${format} want OpenPGP signatures`, {
          hint: `name a key that gpg has: selfsame sign --as ${format} --gpg FINGERPRINT`,
        });
  }
  return format;
}

/** Signs finished results; their artifacts are hashed again first, and nothing is written before all is signed. */
export async function signResultsAs(
  format: SignFormat,
  results: readonly BuiltResult[],
  folder: string,
  keyPath: () => string,
  options: OptionValues,
  context: CommandContext,
): Promise<CommandResult> {
  const { publicHalf, signAs } = await import('../attestations/write/formats.js');
  const { openGpgKey } = await import('../attestations/write/gpg.js');
  const { verifyArtifacts } = await import('../record/built-result.js');
  const { readPrivateKey } = await import('../record/key-file.js');
  const { encodePathComponent } = await import('../record/attestation-path.js');
  const { readBounded, writeFolderFile } = await import('../record/folder-file.js');
  const { claimOf } = await import('../record/result-claim.js');
  const { SelfsameError } = await import('../errors/selfsame-error.js');
  const { gpg, signer: given } = options;
  const now = Math.floor(Date.now() / 1000);
  const named =
    typeof gpg === 'string'
      ? { key: await openGpgKey(gpg, now), name: undefined }
      : readPrivateKey(keyPath());
  const fallback = 'fingerprint' in named.key ? named.key.fingerprint.slice(-16) : 'me';
  const signer = {
    key: named.key,
    name: typeof given === 'string' ? given : (named.name ?? fallback),
  };
  const ready = [];
  for (const result of results) {
    await verifyArtifacts(result, context.signal);
    const { build, definition, artifacts } = claimOf(result, 'built');
    for (const file of await signAs(format, { build, definition, artifacts }, signer)) {
      const path = file.path.map(encodePathComponent).join('/');
      if (file.isShared === true) {
        const present = await readBounded(join(folder, path), maxPresent).catch(() => undefined);
        if (present !== undefined && !present.equals(Buffer.from(file.content))) {
          throw new SelfsameError('SIGN_FORMAT', `${join(folder, path)} lists other bits`, {
            hint: `somebody got another result: sign yours with --out DIR, and compare: selfsame verify ${build.project}`,
          });
        }
      }
      ready.push({ key: result.key, path, content: file.content });
    }
  }
  const signed = [];
  for (const { key, path, content } of ready) {
    try {
      const outcome = await writeFolderFile(folder, path, content, maxPresent);
      signed.push({ key, path, outcome });
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new SelfsameError('ATTESTATION_WRITE', `cannot write below ${folder}: ${code}`, {
        hint: 'name a directory you can write to with --out DIR',
        cause,
      });
    }
  }
  const half = publicHalf(format, signer);
  return {
    exitCode: 0,
    data: { format, folder, signer: signer.name, publicKey: half, signed },
    text: [
      ...signed.map(
        ({ path, outcome }) => `${outcome}: ${relative(context.cwd, resolve(folder, path))}`,
      ),
      ...(half === undefined ? [] : [`others check it with this key: ${half}`]),
    ],
  };
}
