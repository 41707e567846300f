import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { domainName } from './domain-name.js';

itShows({
  variation: domainName,
  script:
    'domainname; cat /proc/sys/kernel/domainname; getent hosts selfsame | tr -s " " | cut -d" " -f2',
  check: ({ before, after, conditions: { domain } }) => {
    expect(before).not.toContain(domain);
    expect(after).toEqual([domain, domain, `selfsame.${domain}`]);
  },
});
