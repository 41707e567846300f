import type { Context } from '../context.js';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { interrupted } from './download-errors.js';
import { downloadFile } from './download-file.js';
import { defaultPolicy } from './policy.js';
import type { DownloadedFile, DownloadPolicy, DownloadRequest } from './types.js';

export type DownloadOutcome =
  | { readonly ok: true; readonly file: DownloadedFile }
  | { readonly ok: false; readonly error: SelfsameError };

/**
 * Brings many files into the store, `settings.parallelDownloads` at a time, and says of each, in the order of
 * the requests, how it went: one missing file does not stop the others. Equal sha256 are fetched once.
 * When the network as a whole is gone the rest is given up quickly: after `hopeless` files in a row could not
 * be fetched because nothing answered, further ones are tried without waiting.
 * Rejects with `INTERRUPTED`, or with an error of the store.
 */
export async function downloadEach(
  requests: readonly DownloadRequest[],
  context: Context,
  policy: DownloadPolicy = defaultPolicy,
): Promise<readonly DownloadOutcome[]> {
  const outcomes = new Array<DownloadOutcome | undefined>(requests.length);
  const bySha256 = new Map<string, Promise<DownloadOutcome>>();
  let next = 0;
  let unanswered = 0;
  let stopped = false;
  const one = async (request: DownloadRequest): Promise<DownloadOutcome> => {
    const patience = unanswered >= hopeless ? { ...policy, retryWaits: [] } : policy;
    try {
      const file = await downloadFile(request, context, patience);
      unanswered = 0;
      return { ok: true, file };
    } catch (error) {
      if (!(error instanceof SelfsameError) || !isAboutTheFile(error)) throw error;
      unanswered = error.code === 'DOWNLOAD_FAILED' ? unanswered + 1 : 0;
      return { ok: false, error };
    }
  };
  const worker = async (): Promise<void> => {
    while (!stopped) {
      const index = next++;
      const request = requests[index];
      if (request === undefined) return;
      if (context.signal.aborted) throw interrupted(request.name);
      try {
        const running = request.sha256 === undefined ? undefined : bySha256.get(request.sha256);
        const outcome = running ?? one(request);
        if (request.sha256 !== undefined) bySha256.set(request.sha256, outcome);
        outcomes[index] = await outcome;
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const parallel = Math.max(1, Math.min(context.settings.parallelDownloads, requests.length));
  const ends = await Promise.allSettled(Array.from({ length: parallel }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outcomes.filter((outcome) => outcome !== undefined);
}

/** Files in a row that nobody answered for before waiting between rounds is given up. */
const hopeless = 3;

function isAboutTheFile(error: SelfsameError): boolean {
  return error.code.startsWith('DOWNLOAD_') || error.code === 'OFFLINE_MISSING';
}

/**
 * As `downloadEach`, but all must succeed: rejects with the error of the one file that failed, or with
 * `SelfsameErrors` naming each when there are several. What could be fetched is in the store either way.
 */
export async function downloadAll(
  requests: readonly DownloadRequest[],
  context: Context,
  policy: DownloadPolicy = defaultPolicy,
): Promise<readonly DownloadedFile[]> {
  const files: DownloadedFile[] = [];
  const errors: SelfsameError[] = [];
  for (const outcome of await downloadEach(requests, context, policy)) {
    if (outcome.ok) files.push(outcome.file);
    else errors.push(outcome.error);
  }
  const [first, ...rest] = errors;
  if (first === undefined) return files;
  throw rest.length === 0 ? first : new SelfsameErrors([first, ...rest]);
}
