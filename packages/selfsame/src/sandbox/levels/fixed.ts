import type { Level } from './level.js';
import { baseEnvironment } from './none.js';
import { processorFacts, systemFacts } from './machine-facts.js';

/** Everything that can be fixed from outside (docs/determinism-levels.md lists it). */
export const fixed: Level = {
  name: 'fixed',
  plan: (description, surroundings) => ({
    supervisor: 'selfsame-init',
    environment: {
      ...baseEnvironment(description),
      LANG: description.locale,
      LC_ALL: description.locale,
      TZ: description.timezone,
      ...(surroundings.tellsSourceDate && {
        SOURCE_DATE_EPOCH: String(description.sourceDateEpoch),
      }),
    },
    facts: systemFacts(description, surroundings),
    system: processorFacts(description.cpus),
    answers: {
      cpus: description.cpus,
      memory: description.memoryShown,
      release: surroundings.kernelRelease,
      version: surroundings.kernelVersion,
    },
    fixedLayout: true,
  }),
};
