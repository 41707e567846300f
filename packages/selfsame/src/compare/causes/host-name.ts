import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { recognisedPair } from './matching.js';
import { readingOf } from './reading.js';

/** The machine's name. */
export const hostName: Cause = {
  name: 'host-name',
  title: 'Host name',
  summary: 'A program wrote down the name of the machine or its domain.',
  looks: 'the name that the machine or domain had during the build, `BUILDHOST` of packages.',
  get remedies() {
    return [
      'Leave the host name out (kernel: `KBUILD_BUILD_HOST`; rpmbuild: `%_buildhost reproducible`).',
    ];
  },
  variations: ['host-name', 'domain-name'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const rpm = /buildhost/i.test(evidence.field?.name ?? '');
    const remedy = rpm
      ? 'Set `%_buildhost reproducible` for rpmbuild.'
      : 'Leave the host name out (kernel: `KBUILD_BUILD_HOST`; OpenJDK, Emacs and others have options of their own).';
    const found = fromCanary(reading, 'host-name', () => ({ remedy }));
    if (found !== undefined) return found;
    if (rpm)
      return {
        kind: 'BUILDHOST',
        certainty: 'certain',
        a: reading.a?.text ?? '',
        b: reading.b?.text ?? '',
        remedy,
      };
    return recognisedPair(
      reading,
      /(?:\bhost(?:name)?|\bHOST(?:NAME)?|\bnodename|built on|build[-_ ]host)["']?(?::|=| )\s{0,3}["']?[\w.-]{2,64}/gi,
      128,
      { kind: 'name after a word for it', certainty: 'possible', remedy },
    );
  },
};
