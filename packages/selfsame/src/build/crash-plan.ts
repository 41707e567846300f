import type { Plan } from '../recipe/types.js';
import { planOf, plannedBuild } from './test-rig.js';
import type { Rig } from './test-rig.js';

/** A plan for crash.test.ts with everything the engine does: inputs, copies, needs, several artifacts, a failure. */
export function crashPlan(rig: Rig, artifactBytes = 1000): Plan {
  rig.files.set('lib/source', 'library');
  rig.behave.set('lib@default', (run) => {
    run.out('result.txt', 'lib');
    run.out('lib/big', 'x'.repeat(artifactBytes));
    run.print('compiling\n');
    return undefined;
  });
  rig.behave.set('broken@default', () => ({ type: 'exited', code: 1 }));
  return planOf(
    plannedBuild('lib', [], {
      inputs: [
        {
          name: 'source',
          spec: { kind: 'file', path: 'source', unpack: false },
          at: 'work/source',
        },
      ],
      outputs: ['**'],
    }),
    plannedBuild('app', ['lib']),
    plannedBuild('broken'),
  );
}
