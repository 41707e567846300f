import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { recognisedPair } from './matching.js';
import { readingOf } from './reading.js';

/** `$HOME`. */
export const homeDirectory: Cause = {
  name: 'home-directory',
  title: 'Home directory',
  summary: 'A program wrote down `$HOME`, or a path below it: caches and toolchains lie there.',
  looks: 'the home directory of the build, `HOME=…`, paths below `.cargo`, `.m2`, `.cache`.',
  get remedies() {
    return [remedy];
  },
  variations: ['home', 'user-group'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const found = fromCanary(reading, 'home-directory', () => ({ remedy }));
    if (found !== undefined) return found;
    return recognisedPair(
      reading,
      /\bHOME["']?\s{0,2}[=:]\s{0,2}["']?\/[\w./-]{1,120}|\/(?:home|Users)\/[\w.-]{1,40}\/\.(?:cache|cargo|rustup|m2|gradle|npm|local|config|nuget)[\w./-]{0,120}/g,
      192,
      { kind: 'path below a home directory', certainty: 'likely', remedy },
    );
  },
};

const remedy =
  'Set `HOME` to a fixed directory for the build, and map what lies in it (`--remap-path-prefix=$HOME=/home`, `-ffile-prefix-map=$HOME=/home`).';
