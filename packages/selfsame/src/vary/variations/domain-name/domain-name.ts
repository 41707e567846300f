import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const domainName: Variation = {
  name: 'domain-name',
  title: 'domain name',
  changes: 'Another NIS domain, and a domain in the full host name.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['host-name'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    domain: `${seededWord(seed, 'domain')}.example`,
  }),
  values: (before, after) => ({ a: before.domain, b: after.domain }),
};
