import tseslint from 'typescript-eslint';
import { importArrows } from './tools/eslint/import-arrows.js';

const plainSyntax = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Named exports only, so that a name means one thing everywhere.',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];

export default [
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/coverage/**',
      '**/fixtures/**',
      'native/**',
      'out/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.js'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      eqeqeq: 'error',
      'no-constant-binary-expression': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'no-unused-private-class-members': 'error',
      'no-var': 'error',
      'no-restricted-syntax': ['error', ...plainSyntax],
      'prefer-const': 'error',
      'max-lines': ['warn', { max: 400 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
    },
  },
  {
    // What no package compiles.
    files: ['bench/**', 'conformance/**/*.ts', 'tools/**', '*.js', '*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: './tsconfig.tools.json' },
    },
  },
  {
    files: ['packages/*/bin/*.js', 'conformance/**/*.js', 'examples/**/*.js'],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    // Rules that need types; tests included, since a promise nobody awaits hides a failing test.
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: { 'max-lines': ['warn', { max: 600 }] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/selfsame/src/**/*.ts'],
    plugins: { selfsame: { rules: { 'import-arrows': importArrows } } },
    rules: { 'selfsame/import-arrows': 'error' },
  },
  {
    // Tests may set up a neighbour to test against.
    files: ['packages/selfsame/src/**/*.test.ts'],
    rules: { 'selfsame/import-arrows': 'off' },
  },
  {
    // The trust core: nothing but its own files and node:crypto.
    files: ['packages/verify/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!node:crypto$|\\.\\.?/)',
              message: 'packages/verify imports nothing but node:crypto and its own files.',
            },
            { regex: '^(\\.\\./)+(selfsame|\\.\\.)/', message: 'packages/verify stands alone.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval'],
    },
  },
  {
    // What was taken out of the trust core is as pure as that.
    files: [
      'packages/selfsame/src/{signing,policy}/**/*.ts',
      'packages/selfsame/src/attestations/{in-toto-layout,sigstore,slsa}/**/*.ts',
      'packages/selfsame/src/log/tiles.ts',
      'packages/selfsame/src/evidence/format-evidence.ts',
    ],
    ignores: ['**/*.test.ts', '**/testing*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!node:crypto$|@selfsame/verify$|\\.\\.?/)',
              message: 'No network, files or programs here: see docs/decisions/0026.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval'],
    },
  },
  {
    // What decides an identity or a verdict is a function of its arguments alone.
    files: [
      'packages/verify/src/**/*.ts',
      'packages/selfsame/src/record/**/*.ts',
      'packages/selfsame/src/recipe/**/*.ts',
    ],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'No clock here: take the time as an argument.',
        },
        { object: 'Math', property: 'random', message: 'No randomness here.' },
        { object: 'process', property: 'env', message: 'No environment here.' },
        {
          property: 'localeCompare',
          message: 'Depends on the locale data of the machine: compare code units or bytes.',
        },
      ],
    },
  },
  {
    files: ['eslint.config.js', 'vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
];
