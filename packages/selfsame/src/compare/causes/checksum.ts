import type { Cause, Recognition } from './cause.js';
import { areSortedByChecksum } from './decoders/checksum-lists.js';
import { digestName } from './decoders/digests.js';
import { matchesTouching, pairOf, valuesOf } from './matching.js';
import { readingOf, show, shownRanges } from './reading.js';

/** Checksums of what differs. */
export const checksum: Cause = {
  name: 'checksum',
  title: 'Checksum',
  summary: 'A checksum of content that differs: it follows, and ends with what it follows.',
  looks: 'digests in hexadecimal or base64, fields for CRCs, names made of a hash of the content.',
  get remedies() {
    return [];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { field, place } = evidence;
    const answer = (
      kind: string,
      certainty: Recognition['certainty'],
      values: Pick<Recognition, 'a' | 'b' | 'offsetA' | 'offsetB'>,
    ): Recognition => ({
      kind,
      certainty,
      ...values,
      remedy: 'Nothing to do here: it follows what it is computed of.',
      consequence: true,
    });
    if (field?.kind === 'checksum')
      return answer(`${reading.format ?? 'file'} ${field.name}`, 'certain', {
        a: show(field.a ?? ''),
        b: show(field.b ?? ''),
      });
    if (field !== undefined && !/^(?:text|other|id|name|link)$/.test(field.kind)) return undefined;
    const { a, b } = reading;
    if (evidence.presence !== undefined) return ofName(reading);
    const hexadecimal = pairOf(
      reading,
      /(?<![\da-z])(?:[\da-f]{128}|[\da-f]{96}|[\da-f]{64}|[\da-f]{56}|[\da-f]{40}|[\da-f]{32})(?![\da-z])/gi,
      160,
    );
    if (hexadecimal !== undefined && hexadecimal.a.text.length === hexadecimal.b.text.length)
      return answer(
        digestName(hexadecimal.a.text.length),
        listed(place.at(-1) ?? '') || !/^\d+$/.test(hexadecimal.a.text) ? 'likely' : 'possible',
        valuesOf(reading, hexadecimal),
      );
    const base64 = pairOf(
      reading,
      /\bsha(?:1|224|256|384|512)[-:=][\w+/-]{27,88}={0,2}|(?<=,sha256=)[\w-]{43}|(?<=(?:SHA-?\d{1,3}-Digest(?:-Manifest(?:-Main-Attributes)?)?|SHA-?256-Digest): )[\w+/]{27,88}={0,2}/g,
      160,
    );
    if (base64 !== undefined)
      return answer('digest in base64', 'likely', valuesOf(reading, base64));
    const name = place.at(-1) ?? '';
    const { wholeA, wholeB } = evidence;
    if (
      evidence.range !== undefined &&
      wholeA !== undefined &&
      wholeB !== undefined &&
      areSortedByChecksum(wholeA, wholeB)
    )
      return answer('place in a list sorted by checksum', 'likely', shownRanges(reading));
    if (
      a !== undefined &&
      b !== undefined &&
      evidence.range !== undefined &&
      /(?:^|\/)(?:CRC|crc32|checksum|adler32)$|gnu_debuglink$/i.test(name)
    )
      return answer('checksum', 'likely', shownRanges(reading));
    return undefined;
  },
};

/** Files that list checksums. */
function listed(name: string): boolean {
  return /(?:^|\/)(?:(?:MD5|SHA\d+|B2)SUMS?|md5sums|RECORD|hashes\.txt|CHECKSUMS?|manifest\.json|\.buildinfo)|\.(?:md5|sha\d+|b2|buildinfo|changes|dsc)(?:sums?)?$/i.test(
    name,
  );
}

/** Names that bundlers make of the content: `app.3f2a9c1e.js`, blobs of images. */
function ofName(reading: ReturnType<typeof readingOf>): Recognition | undefined {
  const side = reading.a ?? reading.b;
  if (side === undefined) return undefined;
  const found = matchesTouching(
    side,
    /(?:[._-](?=[\da-f]*\d)(?=[\da-f]*[a-f])[\da-f]{8,64}(?=\.(?:js|mjs|css|map|html|json|woff2?|svg|png|wasm|txt)\b|\.(?:chunk|bundle)))|(?:^|\/)[\da-f]{64}(?:-[ad])?$|\.build-id\/[\da-f]{2}\/[\da-f]{30,62}/g,
    512,
  )[0];
  if (found === undefined) return undefined;
  const shown = show(reading.name);
  return {
    kind: 'name made of the content',
    certainty: 'likely',
    a: reading.a === undefined ? '' : shown,
    b: reading.b === undefined ? '' : shown,
    remedy: 'Nothing to do here: the name follows the content of the file.',
    consequence: true,
  };
}
