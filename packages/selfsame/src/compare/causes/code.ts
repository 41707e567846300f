import type { Cause } from './cause.js';
import { differingOptions } from './compiler-options.js';
import { readingOf, show, shownRanges } from './reading.js';

/** Machine code without a value to read. */
export const code: Cause = {
  name: 'code',
  title: 'Machine code',
  summary:
    'Instructions or data of a program differ and hold no value that can be read, or the compiler says that it was given other options: another compiler, other flags or inputs, a profile, or a race.',
  looks:
    'bytes of instructions or data of a program without a value that can be read; options in `DW_AT_producer`.',
  get remedies() {
    return [
      'Compare versions and flags of the compiler; then look for profile-guided or link-time optimisation, and link order.',
      'Find out who sets the options of the compiler: variables of the environment (`CFLAGS`), or a Makefile or configuration that is written while it is used already, as with `make -j`.',
    ];
  },
  variations: ['cpu-features', 'jobs', 'delays', 'randomness', 'address-space'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { isCode, isText } = reading;
    const options = differingOptions(evidence);
    if (options !== undefined)
      return {
        kind: 'options of the compiler',
        certainty: 'likely',
        a: show(options.a),
        b: show(options.b),
        remedy:
          'Find out who sets the options of the compiler: variables of the environment (`CFLAGS`), or a Makefile or configuration that is written while it is used already, as with `make -j`.',
      };
    if (evidence.range === undefined) return undefined;
    const program = evidence.formats.some((format) =>
      /^(?:elf|macho|mach-o|pe|wasm|java-class|dex|pyc)$/.test(format),
    );
    if (!isCode && !(program && !isText)) return undefined;
    return {
      kind: isCode
        ? 'code section'
        : /debug/.test(reading.name)
          ? 'debug data'
          : 'data of a program',
      certainty: 'possible',
      ...shownRanges(reading),
      remedy:
        'Compare versions and flags of the compiler first; then look for profile-guided or link-time optimisation (`-fprofile-use`, `-flto`) and link order.',
    };
  },
};
