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

/** 64 bits as a number: exact to 256 units at most, which are nanoseconds there. */
const wide = (view: DataView, at: number, little: boolean): number =>
  view.getUint32(little ? at + 4 : at, little) * 2 ** 32 +
  view.getUint32(little ? at : at + 4, little);

/** Counted since 1970 in so many units per second, in 8 bytes of either order. */
function counted(name: string, units: number): readonly BinaryTimeForm[] {
  return [
    form(name, 8, (view, at) => inside(wide(view, at, true) / units)),
    form(`${name}, big-endian`, 8, (view, at) => inside(wide(view, at, false) / units)),
  ];
}

/** All forms, the plainest first. */
export const binaryTimeForms: readonly BinaryTimeForm[] = [
  form('32-bit seconds', 4, (view, at) => inside(view.getUint32(at, true))),
  form('32-bit seconds, big-endian', 4, (view, at) => inside(view.getUint32(at))),
  ...counted('64-bit seconds', 1),
  ...counted('milliseconds', 1e3),
  ...counted('microseconds', 1e6),
  ...counted('nanoseconds', 1e9),
  form('FILETIME', 8, (view, at) => inside(wide(view, at, true) / 1e7 - filetimeEpoch)),
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
