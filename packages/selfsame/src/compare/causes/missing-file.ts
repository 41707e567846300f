import type { Cause } from './cause.js';
import { temporaryName } from './decoders/paths.js';
import { readingOf, show } from './reading.js';

/** Files that only one side has. */
export const missingFile: Cause = {
  name: 'missing-file',
  title: 'File on one side only',
  summary: 'One build made a file that the other did not, or did under another name.',
  looks:
    'a name that one side has; kinds of leftovers (byte code, coverage, core dumps, translations, temporary files) are told by it.',
  get remedies() {
    return [];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    if (evidence.presence === undefined) return undefined;
    const { name, format } = readingOf(evidence);
    const padding = /^padding after /.test(name);
    const found = kinds.find(([pattern]) => pattern.test(name));
    const [, kind, remedy] = found ?? [
      undefined,
      format === undefined ? 'file' : `${format} member`,
      'Find the step that makes it: it was skipped, failed quietly, or uses another name on one side.',
    ];
    return {
      kind,
      certainty: 'likely',
      a: evidence.presence === 'only-a' ? show(name) : '',
      b: evidence.presence === 'only-b' ? show(name) : '',
      remedy: padding ? 'Nothing to do here: it follows from the sizes of its neighbours.' : remedy,
      consequence: padding,
    };
  },
};

/** What files are that builds leave behind now and then, by their names. */
const kinds: readonly (readonly [RegExp, string, string])[] = [
  [
    /(?:^|\/)__pycache__(?:\/|$)|\.py[co]$/,
    'Python byte code',
    'Set `PYTHONDONTWRITEBYTECODE=1` while building and testing, and compile in one step at the end.',
  ],
  [
    /\.gcda$|\.gcno$|\.profraw$|\.profdata$|(?:^|\/)\.coverage/,
    'profile or coverage data',
    'Remove profile data (`find -name "*.gcda" -delete`) or write it elsewhere (`GCOV_PREFIX`).',
  ],
  [
    /(?:^|\/)core(?:\.\d+)?$|\.core$|(?:^|\/)hs_err_pid\d+\.log$/,
    'core dump',
    'A program crashed on this side: find out which; `ulimit -c 0` keeps dumps away.',
  ],
  [
    /(?:^|\/)(?:locale|LC_MESSAGES)(?:\/|$)|\/man\/[a-z]{2}(?:_[A-Z]{2})?\//,
    'translation',
    'Name the languages to install (`LINGUAS`), independent of the locale of the build.',
  ],
  [
    /(?:^|\/)nohup\.out$|\.log$|(?:^|\/)(?:LastTest|CMakeError|CMakeOutput)/,
    'log',
    'Do not ship logs.',
  ],
  [
    /~$|\.(?:swp|swo|bak|orig|rej|tmp|temp)$|(?:^|\/)(?:\.#|#)/,
    'leftover of an editor or patch',
    'Remove leftovers before packing (`find -name "*.orig" -delete`).',
  ],
  [/\.lock$|(?:^|\/)\.?lock$|\.pid$|\.sock$/, 'lock or process file', 'Remove it before packing.'],
  [
    /(?:^|\/)\.(?:cache|pytest_cache|mypy_cache|npm|gradle|ccache|hypothesis)(?:\/|$)/,
    'cache',
    'Keep caches out of what is packed.',
  ],
  [
    temporaryName,
    'temporary file',
    'Remove temporary files before packing, or give them fixed names.',
  ],
];
