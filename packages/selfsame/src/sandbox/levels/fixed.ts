import type { Level } from './level.js';
import { baseEnvironment } from './none.js';
import { kernelRelease, kernelVersion, processorFacts, systemFacts } from './machine-facts.js';

/** Everything that can be fixed from outside (docs/determinism-levels.md lists it). */
export const fixed: Level = {
  name: 'fixed',
  plan: (description) => ({
    supervisor: 'selfsame-init',
    environment: {
      ...baseEnvironment(description),
      LANG: description.locale,
      LC_ALL: description.locale,
      TZ: description.timezone,
      SOURCE_DATE_EPOCH: String(description.sourceDateEpoch),
    },
    facts: systemFacts(description),
    system: processorFacts(description.cpus),
    answers: {
      cpus: description.cpus,
      memory: description.memoryShown,
      release: kernelRelease,
      version: kernelVersion,
    },
    fixedLayout: true,
  }),
};
