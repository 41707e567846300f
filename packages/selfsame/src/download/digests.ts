import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { DownloadRequest } from './types.js';

/** Digests of what has arrived so far: always sha256, and sha512 where it is asked for. */
export class DigestSink {
  readonly #sha256: Hash = createHash('sha256');
  readonly #sha512: Hash | undefined;
  #size = 0;

  constructor(request: Pick<DownloadRequest, 'sha512' | 'integrity'>) {
    const needed =
      request.sha512 !== undefined || request.integrity?.startsWith('sha512-') === true;
    this.#sha512 = needed ? createHash('sha512') : undefined;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#sha256.update(chunk);
    this.#sha512?.update(chunk);
  }

  /** Ends the computation. */
  digests(): ArrivedDigests {
    return {
      size: this.#size,
      sha256: this.#sha256.digest('hex'),
      sha512: this.#sha512?.digest(),
    };
  }
}

export interface ArrivedDigests {
  readonly size: number;
  readonly sha256: string;
  readonly sha512: Buffer | undefined;
}

/** The first way in which what arrived is not what was asked for, or undefined. */
export function digestProblem(
  request: Pick<DownloadRequest, 'sha256' | 'sha512' | 'integrity'>,
  arrived: ArrivedDigests,
): { readonly expected: string; readonly got: string } | undefined {
  const sha512 = arrived.sha512?.toString('hex');
  if (request.sha256 !== undefined && request.sha256 !== arrived.sha256) {
    return { expected: `sha256:${request.sha256}`, got: `sha256:${arrived.sha256}` };
  }
  if (request.sha512 !== undefined && request.sha512 !== sha512) {
    return { expected: `sha512:${request.sha512}`, got: `sha512:${sha512 ?? ''}` };
  }
  if (request.integrity !== undefined) {
    const got = request.integrity.startsWith('sha512-')
      ? `sha512-${arrived.sha512?.toString('base64') ?? ''}`
      : `sha256-${Buffer.from(arrived.sha256, 'hex').toString('base64')}`;
    if (got !== request.integrity) return { expected: request.integrity, got };
  }
  return undefined;
}

/** A name for the expected content, fit for a file name; undefined when no digest is expected. */
export function expectedKey(request: DownloadRequest): string | undefined {
  if (request.sha256 !== undefined) return `sha256-${request.sha256}`;
  if (request.sha512 !== undefined) return `sha512-${request.sha512}`;
  if (request.integrity !== undefined) {
    const [algorithm, base64] = request.integrity.split('-', 2);
    return `${algorithm ?? ''}-${Buffer.from(base64 ?? '', 'base64').toString('hex')}`;
  }
  return undefined;
}
