import { seededChoice } from '../seeded.js';
import type { HostFacts, Variation } from '../../types.js';

/** Zones with offsets that few have; host-facts.ts tells which are installed. */
export const tellingZones = [
  'Pacific/Chatham',
  'Australia/Eucla',
  'Pacific/Marquesas',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
] as const;

/** Where none is installed, the zone in the words of POSIX, which C libraries understand by themselves. */
function chosen(host: HostFacts, seed: string): string {
  const [first, ...rest] = tellingZones.filter((name) => host.zones.includes(name));
  return first === undefined ? '<+1245>-12:45' : seededChoice(seed, 'zone', [first, ...rest]);
}

export const timezone: Variation = {
  name: 'timezone',
  title: 'time zone',
  changes: 'Another time zone.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['time-zone'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, host, seed) => ({ ...conditions, timezone: chosen(host, seed) }),
  values: (before, after) => ({ a: before.timezone, b: after.timezone }),
};
