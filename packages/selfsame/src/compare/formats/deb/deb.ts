import { isAr, readAr } from '../ar/ar.js';
import type { Format } from '../format.js';

/** Packages of Debian (deb(5)), .deb and .udeb: archives of ar whose first member is `debian-binary`. */
export const deb: Format = {
  name: 'deb',
  kind: 'container',
  detect: (head) =>
    isAr(head) && /^debian-binary\/? /.test(Buffer.from(head.subarray(8, 24)).toString('latin1')),
  parts: readAr,
};
