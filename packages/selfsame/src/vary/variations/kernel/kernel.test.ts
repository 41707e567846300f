import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { kernel } from './kernel.js';

itShows({
  variation: kernel,
  script: 'uname -r; uname -v; cat /proc/sys/kernel/osrelease; cut -d" " -f3 /proc/version',
  check: ({ before, after, base, conditions }) => {
    const seen = ({ kernelRelease, kernelVersion }: typeof base): string[] => [
      ...[kernelRelease, kernelVersion, kernelRelease, kernelRelease],
    ];
    expect(before).toEqual(seen(base));
    expect(after).toEqual(seen(conditions));
  },
});
