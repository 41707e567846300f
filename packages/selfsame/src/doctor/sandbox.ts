import { checkHost } from '../sandbox/host-checks.js';
import { needs, type Check } from './finding.js';

/** User namespaces, their ids, the container runtime and a whole sandbox on the store's file system: tried by the sandbox itself. */
export const checkSandbox: Check = async (options) => {
  const findings = await checkHost(options);
  return findings.map((finding) => ({ ...finding, neededBy: needs.sandbox }));
};
