import type { SandboxResult } from '../../sandbox/types.js';
import type { HostFacts } from '../types.js';
import { tellingZones } from '../variations/timezone/timezone.js';
import { failureOf } from './how-it-ended.js';

const script =
  'locale -a 2>/dev/null; for zone; do [ -e "/usr/share/zoneinfo/$zone" ] && echo "zone:$zone"; done; true';

/** Lines read at most; glibc has about 500 locales. */
const linesMax = 5000;
/** Bytes of output kept. */
const bytesMax = 1 << 20;

/**
 * Finds by trying what an environment has of what variations need: locales and time zones; none where it has no shell.
 *
 * @param run runs a command in it, with nothing varied
 * @throws SelfsameError INTERRUPTED, CHECK_NOT_STARTED
 */
export async function lookIntoEnvironment(
  run: (
    command: readonly [string, ...string[]],
    take: (stream: string, chunk: Uint8Array) => void,
  ) => Promise<SandboxResult>,
): Promise<Pick<HostFacts, 'locales' | 'zones'>> {
  let printed = '';
  const { outcome } = await run(['sh', '-c', script, 'sh', ...tellingZones], (_stream, chunk) => {
    if (printed.length < bytesMax) printed += Buffer.from(chunk).toString();
  });
  failureOf(outcome);
  const lines = printed.split('\n').slice(0, linesMax);
  return {
    locales: lines.filter((line) => /^[A-Za-z][\w.@-]{0,63}$/u.test(line)),
    zones: tellingZones.filter((zone) => lines.includes(`zone:${zone}`)),
  };
}
