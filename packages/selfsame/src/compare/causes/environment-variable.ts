import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf } from './reading.js';

/** The environment. */
export const environmentVariable: Cause = {
  name: 'environment-variable',
  title: 'Environment variables',
  summary:
    'A program wrote down variables of its environment: all of them, its search path or its shell.',
  looks:
    'values of variables that were set, directories of `PATH`, the shell; lines such as `PATH=…`.',
  get remedies() {
    return [remedy];
  },
  variations: ['environment', 'exec-path', 'shell', 'terminal', 'environment-size'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const found = fromCanary(reading, 'environment-variable', ({ kind }) => ({
      remedy: kind.startsWith('PATH')
        ? 'Do not record `$PATH` or what configure found by it (`ac_cv_path_…`); give tools by name.'
        : kind === 'shell'
          ? 'Do not record `$SHELL`; name the shell of scripts (`#!/bin/sh`, `SHELL = /bin/sh` in make).'
          : remedy,
    }));
    if (found !== undefined) return found;
    const pair = pairOf(
      reading,
      /(?<![\w$])(?:PATH|SHELL|TERM|COLUMNS|LINES|LANG(?:UAGE)?|LC_[A-Z]{3,14}|PWD|OLDPWD|TMPDIR|EDITOR|DISPLAY|MAKEFLAGS|MFLAGS|SHLVL|CFLAGS|LDFLAGS|CPPFLAGS|CXXFLAGS|DEB_\w{3,30})=[^\0\n]{0,160}/g,
      192,
    );
    return pair === undefined
      ? undefined
      : {
          kind: `variable ${pair.a.text.split('=')[0] ?? ''}`,
          certainty: 'likely',
          ...valuesOf(reading, pair),
          remedy,
        };
  },
};

const remedy =
  'Do not write the environment into results (`env`, `set`, `os.environ`, `config.log`), or build under `env -i` with the variables it needs.';
