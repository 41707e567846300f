import type { Cause } from './cause.js';
import { readingOf, shownField, showRange } from './reading.js';

/** What other differences make differ. */
export const consequence: Cause = {
  name: 'consequence',
  title: 'Follows from another difference',
  summary: 'A size, an offset or an index of content that differs.',
  looks: 'sizes, offsets, symbol indexes and hash tables of what differs.',
  get remedies() {
    return [];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    const { field } = evidence;
    const reading = readingOf(evidence);
    const remedy = 'Nothing to do here: it follows what differs elsewhere.';
    if (field !== undefined) {
      if (
        field.kind !== 'size' &&
        !/(?:^|[_ -])(?:offset|size|length|off|shoff|phoff|count|addr(?:ess)?)$/i.test(field.name)
      )
        return undefined;
      return {
        ...shownField(reading, field),
        certainty: 'certain',
        remedy,
        consequence: true,
      };
    }
    if (evidence.range === undefined) return undefined;
    const ofDebugFile = headers.test(reading.name) && debugFile.test(evidence.place.at(-2) ?? '');
    if (!ofDebugFile && !derived.test(reading.name)) return undefined;
    return {
      kind: ofDebugFile ? 'sizes of the stripped program' : 'index or table of offsets',
      certainty: 'likely',
      a: showRange(reading.a),
      b: showRange(reading.b),
      remedy,
      consequence: true,
    };
  },
};

/** Sections and members that are computed of others. */
const derived =
  /^(?:\/|__\.SYMDEF(?: SORTED)?|\/SYM64\/|\.(?:hash|gnu\.hash|eh_frame_hdr|gdb_index|debug_aranges|debug_names|debug_cu_index)|xref|startxref|central directory)$/;

/**
 * Of debugging information in a file of its own (`objcopy --only-keep-debug`, dh_strip) the headers keep sizes and
 * addresses of all sections of the program, whose contents are in the program alone.
 */
const headers = /^(?:section|program) headers$/;
const debugFile = /\.debug$/;
