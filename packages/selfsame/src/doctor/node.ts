import { needs, type Check } from './finding.js';

/** The oldest Node that has what is used here (docs/decisions/0002). */
const oldest = [20, 19] as const;

export const checkNode: Check = () => Promise.resolve([nodeFinding(process.versions.node)]);

/** @param version of Node, such as `20.19.1` */
export function nodeFinding(version: string): Awaited<ReturnType<Check>>[number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  const least = oldest.join('.');
  return {
    check: 'Node.js',
    ok,
    why: ok ? `version ${version}` : `version ${version} is older than ${least}`,
    remedy: ok ? undefined : `Install Node.js ${least} or newer`,
    neededBy: needs.everything,
  };
}
