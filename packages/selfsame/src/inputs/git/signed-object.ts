import { SelfsameError } from '../../errors/selfsame-error.js';

const signatureHead = '-----BEGIN PGP SIGNATURE-----';

/** A signed part of a git object, and its detached signature. */
export interface SignedPart {
  readonly payload: Buffer;
  readonly signature: Buffer;
}

export interface TagObject {
  /** Id of the object it names, and that object's type. */
  readonly object: string;
  readonly type: string;
  /** Its own name, which need not be the name of the reference that led to it. */
  readonly name: string;
}

/** The header of a tag object (gitformat-signature, git-mktag). Undefined when it is malformed. */
export function parseTag(bytes: Buffer): TagObject | undefined {
  const match =
    /^object ([0-9a-f]{40}|[0-9a-f]{64})\ntype ([a-z]+)\ntag ([^\n\0]+)\n(?:tagger [^\n]*\n)?(?:gpgsig(?:-sha256)? [^\n]*\n(?: [^\n]*\n)*)*\n/.exec(
      bytes.toString('latin1'),
    );
  if (match === null) return undefined;
  const [, object = '', type = '', latin1 = ''] = match;
  return { object, type, name: Buffer.from(latin1, 'latin1').toString('utf8') };
}

/**
 * The signature at the end of a tag object, and what it covers: all before it. Undefined when there is none; throws
 * `SIGNATURE_BAD` when there are several, because programs differ on which one counts.
 */
export function signedTag(bytes: Buffer, what: string): SignedPart | undefined {
  const text = bytes.toString('latin1');
  const heads = [...text.matchAll(/^-----BEGIN PGP SIGNATURE-----$/gm)];
  const [head] = heads;
  if (head === undefined) return undefined;
  if (heads.length > 1) throw ambiguous(what);
  return { payload: bytes.subarray(0, head.index), signature: bytes.subarray(head.index) };
}

/**
 * The signature in the header of a commit, and what it covers: the commit without its signature headers
 * (gitformat-signature, "Commit signatures"). Undefined when there is none; throws `SIGNATURE_BAD` for several.
 */
export function signedCommit(
  bytes: Buffer,
  objectFormat: 'sha1' | 'sha256',
  what: string,
): SignedPart | undefined {
  const wanted = objectFormat === 'sha256' ? 'gpgsig-sha256' : 'gpgsig';
  const kept: string[] = [];
  const signatures: string[][] = [];
  let current: string[] | undefined;
  let dropped = false;
  const text = bytes.toString('latin1');
  const headerEnd = text.indexOf('\n\n');
  for (const line of text.slice(0, headerEnd).split('\n')) {
    if (line.startsWith(' ')) {
      if (current !== undefined) current.push(line.slice(1));
      else if (!dropped) kept.push(line);
      continue;
    }
    const key = line.slice(0, line.indexOf(' '));
    dropped = key === 'gpgsig' || key === 'gpgsig-sha256';
    current = key === wanted ? [line.slice(key.length + 1)] : undefined;
    if (current !== undefined) signatures.push(current);
    if (!dropped) kept.push(line);
  }
  const [signature] = signatures;
  if (signature?.[0] !== signatureHead) return undefined;
  if (signatures.length > 1) throw ambiguous(what);
  return {
    payload: Buffer.from(kept.join('\n') + text.slice(headerEnd), 'latin1'),
    signature: Buffer.from(`${signature.join('\n')}\n`, 'latin1'),
  };
}

/** The committer's time of a commit, seconds since 1970, or undefined. */
export function commitDate(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  const header = text.slice(0, text.indexOf('\n\n'));
  const digits = /^committer [^\n]*> ([0-9]{1,11}) [+-][0-9]{4}$/m.exec(header)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function ambiguous(what: string): SelfsameError {
  return new SelfsameError('SIGNATURE_BAD', `${what} has several signatures in it`, {
    hint: 'nothing was used; look at it with git cat-file -p',
  });
}
