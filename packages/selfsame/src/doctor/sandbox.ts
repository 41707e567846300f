import type { Check } from './finding.js';

/** User namespaces, their id ranges, overlay on the store's file system: tried by the sandbox itself. */
export const checkSandbox: Check = () => Promise.resolve([]);
