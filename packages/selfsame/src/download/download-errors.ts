import { SelfsameError } from '../errors/selfsame-error.js';
import type { DownloadRequest, MirrorFailure } from './types.js';

/** The one error a person sees when no mirror delivered, with what each of them did. */
export function downloadError(
  request: DownloadRequest,
  failures: readonly MirrorFailure[],
): SelfsameError {
  const list = failures.map((failure) => `${failure.url} ${failure.message}`).join('; ');
  const details = { name: request.name, mirrors: failures.map((failure) => ({ ...failure })) };
  const wrong = failures.filter(
    (failure) => failure.reason === 'wrong-digest' || failure.reason === 'wrong-size',
  );
  if (wrong.length > 0) {
    return new SelfsameError(
      'DOWNLOAD_DIGEST_MISMATCH',
      `${request.name} is not what was asked for (${expectation(request)}): ${list}`,
      {
        hint: 'nothing was kept; find out whether the file was replaced upstream or a mirror is lying before changing the recorded hash',
        details: { ...details, expected: expectation(request) },
      },
    );
  }
  if (failures.length > 0 && failures.every((failure) => failure.reason === 'not-found')) {
    return new SelfsameError('DOWNLOAD_NOT_FOUND', `no mirror has ${request.name}: ${list}`, {
      hint: 'add a mirror that still has it, or move to a version that is published',
      details,
    });
  }
  if (failures.some((failure) => failure.reason === 'too-large')) {
    return new SelfsameError(
      'DOWNLOAD_TOO_LARGE',
      `${request.name} is larger than allowed: ${list}`,
      {
        hint: 'check that the address is the right one; a recorded size must be the exact size',
        details,
      },
    );
  }
  if (failures.some(({ reason }) => reason === 'redirect-refused')) {
    return new SelfsameError('DOWNLOAD_FAILED', `${request.name} could not be fetched: ${list}`, {
      hint: 'if you know where it leads and want that, give that address itself',
      details,
    });
  }
  return new SelfsameError('DOWNLOAD_FAILED', `${request.name} could not be fetched: ${list}`, {
    hint: 'check the network and the proxy variables, then run the same command again: what has arrived is kept and continued',
    details,
  });
}

/** The error for something that is only on the network while the network is forbidden. */
export function offlineError(what: string): SelfsameError {
  return new SelfsameError(
    'OFFLINE_MISSING',
    `${what} is not in the store and --offline forbids fetching it`,
    {
      hint: 'run the same command once without --offline',
      details: { missing: what },
    },
  );
}

export function interrupted(what: string): SelfsameError {
  return new SelfsameError('INTERRUPTED', `interrupted while fetching ${what}`);
}

function expectation(request: DownloadRequest): string {
  const parts = [
    request.sha256 === undefined ? [] : `sha256:${request.sha256}`,
    request.sha512 === undefined ? [] : `sha512:${request.sha512}`,
    request.integrity ?? [],
    request.size === undefined ? [] : `${request.size} bytes`,
  ];
  return parts.flat().join(', ');
}
