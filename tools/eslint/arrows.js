// Who may import whom. One row per folder of packages/selfsame/src, lowest first; a file may import
// its own folder and the folders of its row. DESIGN: arrows point one way.

const bottom = ['text', 'errors', 'events', 'settings', 'util'];
const engine = [...bottom, 'context', 'store'];
const pipeline = [
  ...engine,
  'download',
  'sandbox',
  'inputs',
  'environment',
  'recipe',
  'workspace',
  'record',
];
const everything = [
  ...pipeline,
  'signing',
  'attestations',
  'policy',
  'log',
  'evidence',
  'build',
  'run',
  'compare',
  'vary',
  'report',
  'doctor',
];

/** @type {Readonly<Record<string, readonly string[]>>} */
export const arrows = {
  text: [],
  errors: ['text'],
  util: ['text', 'errors'],
  events: ['text', 'errors', 'util'],
  settings: ['text', 'errors', 'util'],
  // The one file at the top of src that everything long-running is handed.
  context: bottom,
  store: [...bottom, 'context', 'sandbox/user-namespace'],
  // Writers of all that the trust core reads.
  signing: [],
  download: engine,
  attestations: [...engine, 'signing', 'download/openpgp', 'download/deb822', 'record/folder-file'],
  sandbox: engine,
  inputs: [...engine, 'download', 'sandbox/user-namespace'],
  environment: [...engine, 'download', 'sandbox', 'inputs'],
  recipe: [...bottom, 'inputs/schema', 'workspace', 'sandbox/determinizer/sources'],
  workspace: [...bottom, 'recipe', 'inputs/schema', 'sandbox/determinizer'],
  record: [...engine, 'signing', 'recipe', 'workspace'],
  // Advice for those who write policies.
  policy: [],
  // Logs of claims and what watches them.
  log: [...engine, 'signing', 'record', 'download'],
  evidence: [...engine, 'signing', 'record', 'log'],
  build: pipeline,
  run: [...engine, 'sandbox', 'recipe/limits'],
  // What differs and why; reads anything, builds nothing.
  compare: [
    ...engine,
    'download',
    'inputs/unpack',
    'attestations/gitian/read-assert',
    'record/provenance',
  ],
  // Variations and the search for the one that matters.
  vary: [...pipeline, 'build', 'run', 'compare'],
  // Pages and machine forms of what compare and check found.
  report: [...bottom, 'compare', 'vary/types'],
  doctor: [...engine, 'download', 'sandbox', 'environment', 'workspace', 'compare/formats'],
  cli: everything,
  // The library's entry re-exports what programs use.
  index: everything,
};

/** Files named so are contracts (types and constants only, no behaviour): any folder may import them as types. */
export const contractFiles = /\/types\.js$|^record\/definition\.js$/;

/** The two unions that are made of every folder's part. */
export const collectors = new Map([
  ['errors/codes', /\/error-codes\.js$/],
  ['events/event', /\/events\.js$/],
]);

/**
 * Whether a file below src may import another one.
 * @param {string} from importing file below src, without extension, `/`-separated: `build/run`
 * @param {string} to imported file below src as written, with `.js`: `store/store.js`
 * @param {boolean} asType the import brings in types only
 * @returns {string | undefined} the reason why not
 */
export function arrowProblem(from, to, asType) {
  const fromFolder = from.split('/')[0] ?? '';
  const toFolder = (to.split('/')[0] ?? '').replace(/\.js$/, '');
  if (fromFolder === toFolder) return undefined;
  const row = arrows[fromFolder];
  if (row === undefined) return `src/${fromFolder} has no row in tools/eslint/arrows.js`;
  const target = to.replace(/\.js$/, '');
  if (row.some((allowed) => target === allowed || target.startsWith(`${allowed}/`)))
    return undefined;
  if (asType && contractFiles.test(to)) return undefined;
  if (collectors.get(from)?.test(to) === true) return undefined;
  return `src/${fromFolder} must not import src/${toFolder} (allowed: ${row.join(', ') || 'nothing'}); the table is tools/eslint/arrows.js`;
}
