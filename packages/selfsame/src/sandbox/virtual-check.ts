import type { NotCovered } from './determinizer/log-summary.js';
import type { HostFinding } from './host-checks.js';
import type { SandboxResult } from './types.js';

/** How the level `virtual` is tried: a program that prints the clock, under the determinizer. */
export const virtualCheck = {
  name: 'determinism level `virtual`',
  /** Seconds since 1970; programs are told a time two seconds later. */
  epoch: 1_700_000_000,
} as const;

/** What a trial of the level shows; `printed` is the time the program read. */
export function explainVirtual(
  { outcome, determinizer }: Pick<SandboxResult, 'outcome' | 'determinizer'>,
  printed: string,
): HostFinding {
  const finding = (ok: boolean, why: string, remedy?: string): HostFinding => ({
    check: virtualCheck.name,
    ok,
    why,
    remedy,
  });
  const fallback = 'Use `determinism: fixed` here, or a machine where programs may be traced';
  if (outcome.type === 'could-not-start')
    return finding(false, outcome.reason, outcome.hint ?? fallback);
  if (outcome.type !== 'exited' || outcome.code !== 0)
    return finding(false, `the trial ended as \`${outcome.type}\``, fallback);
  const gaps = determinizer?.notCovered ?? [];
  const remedy = gaps.map(remedyOf).find((text) => text !== undefined);
  if (printed !== `${virtualCheck.epoch + 2}\n`) {
    const why = gaps.length === 0 ? '' : ` (${gaps.map(({ what }) => what).join('; ')})`;
    return finding(false, `programs still see the real clock${why}`, remedy ?? fallback);
  }
  if (determinizer?.complete !== true)
    return finding(false, 'the log of the trial is not whole', 'Run `selfsame doctor` again');
  if (gaps.length === 0) return finding(true, 'works, and covers all that it can');
  const list = gaps.map(({ what, detail }) => (detail === undefined ? what : `${what}: ${detail}`));
  return finding(true, `works, but for: ${list.join('; ')}`, remedy);
}

/** By what the determinizer says (native/determinizer/src/main.c, exec-hook.c, devices.c). */
const remedies: readonly (readonly [says: RegExp, remedy: string])[] = [
  [
    /^random-devices-(?:not-served|are-sockets)|^urandom-is-finite/u,
    'Open /dev/fuse to this account: `sudo modprobe fuse && sudo chmod 666 /dev/fuse`',
  ],
  [
    /traced|could not be held|looked into/u,
    'Allow tracing: `sudo sysctl -w kernel.yama.ptrace_scope=1`',
  ],
  [/^kernel without/u, 'Use Linux 6.6 or later'],
];

function remedyOf({ what }: NotCovered): string | undefined {
  return remedies.find(([says]) => says.test(what))?.[1];
}
