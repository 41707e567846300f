import type { Cause, Recognition } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { offsetAt, readingOf, show, showRange } from './reading.js';

/** Identifiers that linkers compute of what they link. */
export const buildId: Cause = {
  name: 'build-id',
  title: 'Build-id',
  summary:
    'The linker computed an identifier of the whole output: it differs because something else does, and is never the reason.',
  looks:
    '`.note.gnu.build-id`, Go build ids, `LC_UUID`, names below `.build-id/`, the checksum of `.gnu_debuglink`.',
  get remedies() {
    return [follows];
  },
  variations: ['build-path', 'time'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { a, b } = reading;
    const answer = (kind: string, remedy = follows): Recognition => ({
      kind,
      certainty: 'certain',
      a: evidence.field === undefined ? showRange(a) : show(evidence.field.a ?? ''),
      b: evidence.field === undefined ? showRange(b) : show(evidence.field.b ?? ''),
      remedy,
      consequence: true,
      offsetA: a === undefined ? undefined : offsetAt(reading, a, a.from),
      offsetB: b === undefined ? undefined : offsetAt(reading, b, b.from),
    });
    // Directories and files that are called after the identifier are there under another name.
    if (evidence.presence !== undefined && debugFile.test(evidence.place.slice(-4).join('/')))
      return answer('name of a debug file');
    const names = [evidence.place.at(-1) ?? '', evidence.field?.name ?? ''];
    if (names.some((name) => /note\.gnu\.build-id|^build[-_ ]?id$/i.test(name)))
      return answer('GNU build-id');
    if (names.some((name) => /go\.build-?id/i.test(name)))
      return answer(
        'Go build id',
        'Follows from other differences; with `go build -ldflags=-buildid=` there is none.',
      );
    if (names.some((name) => /\bLC_UUID\b/i.test(name)))
      return answer(
        'LC_UUID',
        'Follows from other differences; `ld -reproducible` (or `-Wl,-no_uuid`) computes it of the content.',
      );
    if (names.some((name) => /gnu_debuglink/.test(name))) return answer('debug link checksum');
    if (evidence.range === undefined || a === undefined || b === undefined) return undefined;
    const note = /GNU\0[\s\S]{20}/g;
    if (evidence.formats.includes('elf') && /\x03\0\0\0GNU\0/.test(a.text)) {
      const pair = pairOf(reading, note);
      if (pair !== undefined) return { ...answer('GNU build-id'), certainty: 'likely' };
    }
    const go = pairOf(reading, /Go build ID: "[\w/-]{20,120}"/g, 160);
    if (go !== undefined)
      return { ...answer('Go build id'), ...valuesOf(reading, go), certainty: 'likely' };
    const named = pairOf(reading, /\.build-id\/[0-9a-f]{2}\/[0-9a-f]{6,64}/g, 160);
    if (named !== undefined)
      return {
        ...answer('name of a debug file'),
        ...valuesOf(reading, named),
        certainty: 'likely',
      };
    return undefined;
  },
};

const debugFile = /(?:^|\/)\.build-id\/[0-9a-f]{2}(?:\/(?:[0-9a-f]{6,126}(?:\.debug)?)?)?$/;

const follows =
  'Follows from what the linker read; where nothing else differs, that was stripped since: debugging information with the path of the build (`-ffile-prefix-map=$PWD=.` ends that).';
