import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { recognisedPair } from './matching.js';
import { readingOf } from './reading.js';

/** Who built. */
export const userName: Cause = {
  name: 'user-name',
  title: 'User name',
  summary: 'A program wrote down the name of the user or group that ran it.',
  looks: 'the name of the user or group of the build, `Built-By` of jars.',
  get remedies() {
    return [remedy];
  },
  variations: ['user-group', 'environment'],
  endsAt: 'fixed',
  recognise(evidence) {
    if (evidence.field?.kind === 'owner') return undefined;
    const reading = readingOf(evidence);
    const found = fromCanary(reading, 'user-name', () => ({ remedy }));
    if (found !== undefined) return found;
    return recognisedPair(
      reading,
      /(?:\b(?:user(?:name)?|USER(?:NAME)?|LOGNAME)|Built-By|built by|packager|author)["']?(?::|=| )\s{0,3}["']?[\w.-]{2,40}/gi,
      128,
      { kind: 'name after a word for it', certainty: 'possible', remedy },
    );
  },
};

const remedy =
  'Leave the user name out (kernel: `KBUILD_BUILD_USER`; jar manifests: `Built-By`, in Maven `<addBuiltBy>false`).';
