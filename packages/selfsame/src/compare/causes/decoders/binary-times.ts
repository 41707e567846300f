/** One way in which machines store a moment, in 4 or 8 bytes. */
export interface BinaryTimeForm {
  readonly name: string;
  readonly width: 4 | 8;
  /** Wall clock of the zone of the build, not UTC. */
  readonly local?: true;
  /** Seconds since 1970, or undefined where the bits are no moment of 1980 to 2107. */
  decode(view: DataView, position: number): number | undefined;
}

/** 1980-01-01 and 2108-01-01: what DOS times span, and enough for any build. */
const first = 315_532_800;
const last = 4_354_819_200;

const inside = (seconds: number): number | undefined =>
  seconds >= first && seconds < last ? seconds : undefined;

/** Seconds from 1601-01-01 to 1970-01-01 (Windows FILETIME counts from there, in 100 ns). */
const filetimeEpoch = 11_644_473_600;
/** Seconds from 1904-01-01 to 1970-01-01 (classic Mac OS, HFS+, QuickTime). */
const macEpoch = 2_082_844_800;

/** Year, month, day, hour, minute, second / 2 packed as MS-DOS does: APPNOTE.TXT 4.4.6. */
export function dosTime(date: number, time: number): number | undefined {
  const month = (date >> 5) & 15;
  const day = date & 31;
  const hour = time >> 11;
  const minute = (time >> 5) & 63;
  const second = (time & 31) * 2;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 58)
    return undefined;
  return Date.UTC(1980 + (date >> 9), month - 1, day, hour, minute, second) / 1000;
}

const wide = (divisor: bigint) => (value: bigint) => inside(Number(value / divisor));
const [milli, micro, nano] = [wide(1000n), wide(1_000_000n), wide(1_000_000_000n)];
const filetime = (value: bigint) => inside(Number(value / 10_000_000n) - filetimeEpoch);

/** All forms, the plainest first. */
export const binaryTimeForms: readonly BinaryTimeForm[] = [
  form('32-bit seconds', 4, (view, at) => inside(view.getUint32(at, true))),
  form('32-bit seconds, big-endian', 4, (view, at) => inside(view.getUint32(at))),
  form('64-bit seconds', 8, (view, at) => wide(1n)(view.getBigUint64(at, true))),
  form('64-bit seconds, big-endian', 8, (view, at) => wide(1n)(view.getBigUint64(at))),
  form('milliseconds', 8, (view, at) => milli(view.getBigUint64(at, true))),
  form('milliseconds, big-endian', 8, (view, at) => milli(view.getBigUint64(at))),
  form('microseconds', 8, (view, at) => micro(view.getBigUint64(at, true))),
  form('microseconds, big-endian', 8, (view, at) => micro(view.getBigUint64(at))),
  form('nanoseconds', 8, (view, at) => nano(view.getBigUint64(at, true))),
  form('nanoseconds, big-endian', 8, (view, at) => nano(view.getBigUint64(at))),
  form('FILETIME', 8, (view, at) => filetime(view.getBigUint64(at, true))),
  form('Mac OS seconds', 4, (view, at) => inside(view.getUint32(at) - macEpoch)),
  {
    ...form('MS-DOS time', 4, (view, at) =>
      dosTime(view.getUint16(at + 2, true), view.getUint16(at, true)),
    ),
    local: true,
  },
];

function form(name: string, width: 4 | 8, decode: BinaryTimeForm['decode']): BinaryTimeForm {
  return { name, width, decode };
}
