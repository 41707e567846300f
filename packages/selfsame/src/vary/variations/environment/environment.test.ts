import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { environment } from './environment.js';

itShows({
  variation: environment,
  script: 'echo "$SELFSAME_CAPTURED_ENVIRONMENT $BUILDUSERNAME"',
  check: ({ before, after, conditions: { variables } }) => {
    expect(before).toEqual([' ']);
    expect(after).toEqual([
      `${variables['SELFSAME_CAPTURED_ENVIRONMENT']} ${variables['BUILDUSERNAME']}`,
    ]);
  },
});
