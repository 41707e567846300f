import type { Cause, Recognition } from './cause.js';
import { temporaryPath } from './decoders/paths.js';
import { uuidKind, uuidPattern } from './decoders/uuids.js';
import { pairOf, valuesOf } from './matching.js';
import { offsetAt, readingOf, shownField, type Reading } from './reading.js';

/** Values that a program drew. */
export const randomness: Cause = {
  name: 'randomness',
  title: 'Randomness',
  summary:
    'A program drew a random number: for an identifier, a salt, a name of a temporary file, or the seed of its hash tables.',
  looks:
    'UUIDs of versions 1, 4, 6 and 7, names of temporary files, seeds, salts, nonces, symbols of GCC, identifiers of files.',
  get remedies() {
    return [
      'Derive identifiers from the content (UUID version 5, or a hash).',
      'Compile with `-frandom-seed=NAME`.',
      'Set `PYTHONHASHSEED=0`, `PERL_HASH_SEED=0`.',
    ];
  },
  variations: ['randomness', 'time', 'pids'],
  endsAt: 'virtual',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { field } = evidence;
    if (field !== undefined && !/^(?:id|name|text|other|link|flags)$/.test(field.kind))
      return undefined;
    if (field?.kind === 'id' && /build-?id|^LC_UUID$/i.test(field.name)) return undefined;
    return (
      ofUuids(reading) ??
      ofIdentifiers(reading) ??
      ofTemporaryNames(reading) ??
      ofTokens(reading) ??
      ofBinaryUuids(reading)
    );
  },
};

function ofUuids(reading: Reading): Recognition | undefined {
  const pair = pairOf(reading, uuidPattern);
  if (pair === undefined) return undefined;
  const kinds = [uuidKind(pair.a.text), uuidKind(pair.b.text)];
  if (kinds[0] === undefined || kinds[0] !== kinds[1]) return undefined;
  return {
    kind: kinds[0],
    certainty: 'likely',
    ...valuesOf(reading, pair),
    remedy: uuidRemedy(reading, kinds[0]),
  };
}

function uuidRemedy({ format }: Reading, kind: string): string {
  if (format === 'ext')
    return 'Give the file system its identifier: `mke2fs -U UUID -E hash_seed=UUID`.';
  if (format === 'iso')
    return 'Set `SOURCE_DATE_EPOCH` for xorriso, or `--modification-date=` and `--gpt_disk_guid`.';
  if (kind === 'UUID version 1')
    return 'Derive the identifier from the content (UUID version 5) instead of from clock and network address.';
  return 'Derive the identifier from the content (UUID version 5, or a hash) instead of drawing it.';
}

/** Values of fields that are identifiers. */
function ofIdentifiers(reading: Reading): Recognition | undefined {
  const { field } = reading.evidence;
  if (field?.kind !== 'id') return undefined;
  const pdf = reading.format === 'pdf';
  return {
    ...shownField(reading, field),
    certainty: 'likely',
    remedy: pdf
      ? 'Set `SOURCE_DATE_EPOCH`; in TeX also `\\pdftrailerid{}` (and `\\pdfsuppressptexinfo=-1`).'
      : 'Derive the identifier from the content, or set it with an option of the program that writes the file.',
  };
}

function ofTemporaryNames(reading: Reading): Recognition | undefined {
  const pair = pairOf(reading, temporaryPath, 128);
  if (pair === undefined) return undefined;
  const gcc = /^cc\w{6}\./.test(pair.a.text) || /\/cc\w{6}\./.test(pair.a.text);
  const go = /go-build/.test(pair.a.text);
  return {
    kind: 'name of a temporary file',
    certainty: gcc || go || drawn(pair.a.text, pair.b.text) ? 'likely' : 'possible',
    ...valuesOf(reading, pair),
    remedy: gcc
      ? 'Compile with `-frandom-seed=NAME -save-temps=obj` or `-pipe`, so that no temporary name reaches the output (with LTO `-flto-partition=none`).'
      : go
        ? 'Build with `go build -trimpath`.'
        : 'Use a fixed name in the build directory instead of one that `mktemp` draws, or do not write it into the result.',
  };
}

/** The same name but for a part of six or more letters that share nothing. */
function drawn(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let head = 0;
  while (head < a.length && a[head] === b[head]) head += 1;
  return a.length - head >= 4;
}

/** Long runs of hexadecimal digits or base64 after a word that says what they are. */
function ofTokens(reading: Reading): Recognition | undefined {
  const { a } = reading;
  if (a === undefined) return undefined;
  const pair = pairOf(
    reading,
    /\b(?:seed|nonce|salt|random|rand|token|secret|session|boundary|uuid|guid|cookie|instance[-_ ]?id|build[-_]?uid)["']?\s{0,4}[:= ]\s{0,4}["']?((?:0x)?[\da-f]{4,128}|\d{3,40}|[\w+/=-]{8,128})(?![\w+/=-])/gi,
    160,
  );
  if (pair !== undefined) {
    return {
      kind: 'random value',
      certainty: 'likely',
      ...valuesOf(reading, pair),
      remedy:
        'Give the generator a fixed seed (Python `random.seed(0)` and `PYTHONHASHSEED=0`, GCC `-frandom-seed=NAME`), or derive the value from the content.',
    };
  }
  const symbol = pairOf(
    reading,
    /_GLOBAL__(?:sub_)?[IDFN]_{1,2}[\w.]{0,100}_[\dA-Fa-f]{8,16}(?:_[\dA-Fa-f]{1,16})?/g,
    160,
  );
  if (symbol === undefined) return undefined;
  return {
    kind: 'symbol of GCC',
    certainty: 'likely',
    ...valuesOf(reading, symbol),
    remedy: 'Compile with `-frandom-seed=NAME` (for instance the name of the object file).',
  };
}

/** Sixteen bytes that differ, marked as version 4 in both (RFC 9562, section 5.4): of random bytes, every 4096th pair. */
function ofBinaryUuids(reading: Reading): Recognition | undefined {
  const { a, b, isText, isCode, evidence } = reading;
  if (a === undefined || b === undefined || isText || isCode || evidence.range === undefined)
    return undefined;
  const length = a.to - a.from;
  if (length < 12 || length > 17 || b.to - b.from !== length) return undefined;
  for (let shift = length - 16; shift <= 0; shift += 1) {
    const marked = [a, b].every(({ bytes, from }) => {
      const start = from + shift;
      return (
        start >= 0 &&
        start + 16 <= bytes.length &&
        ((bytes[start + 6] ?? 0) >> 4 === 4 || (bytes[start + 7] ?? 0) >> 4 === 4) &&
        (bytes[start + 8] ?? 0) >> 6 === 2
      );
    });
    if (!marked) continue;
    const text = ({ bytes, from }: typeof a) =>
      Buffer.from(bytes.subarray(from + shift, from + shift + 16))
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    return {
      kind: 'UUID version 4 in binary',
      certainty: 'possible',
      a: text(a),
      b: text(b),
      offsetA: offsetAt(reading, a, a.from + shift),
      offsetB: offsetAt(reading, b, b.from + shift),
      remedy: uuidRemedy(reading, 'UUID version 4'),
    };
  }
  return undefined;
}
