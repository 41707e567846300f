import { z } from 'zod';

import { isPlainText, sourceModesSchema } from './sources.js';

/** Text of at most `most` bytes of UTF-8. */
function text(most: number): z.ZodString {
  return z
    .string()
    .max(most)
    .refine((value) => isPlainText(value, most), `must be at most ${most} bytes, without NUL`);
}

/** Features of the kernel as native/determinizer/src/config.h names them. */
const features = [
  'fuse',
  'continue',
  'waitKillable',
  'syncWakeUp',
  'descriptorCopy',
  'addDescriptor',
  'newMounts',
  'promptness',
  'vdsoNames',
  'vdsoRoom',
  'vdso',
] as const;
const featureList = new RegExp(`^(?:${features.join('|')})(?:,(?:${features.join('|')}))*$`, 'u');

/** Largest user or group id that is not the kernel's "none". */
const idMax = 2 ** 32 - 2;

/**
 * What native/determinizer reads with `--config` (docs/determinizer.md, "Configuration", has the defaults and
 * what each member means; src/config.c is the other reader). A test feeds both the same documents.
 */
export const determinizerConfigurationSchema = z
  .strictObject({
    version: z.literal(1).describe('Of this format.'),
    epoch: z
      .int()
      .min(0)
      .max(2 ** 40)
      .optional()
      .describe('Seconds since 1970; default SOURCE_DATE_EPOCH.'),
    start: z
      .string()
      .regex(/^\d{1,12}\.\d{9}$/, 'must be seconds since 1970, a point and nine digits')
      .optional()
      .describe('When the whole build began by the real clock, seconds.nanoseconds; default now.'),
    seed: text(256).optional().describe('Of all that is fixed; default selfsame.'),
    sources: sourceModesSchema.optional(),
    cpus: z.int().min(1).max(1024).optional().describe('Processors shown; default 1.'),
    memory: z
      .int()
      .min(2 ** 20)
      .max(2 ** 50)
      .optional()
      .describe('Memory shown, bytes; default 4 GiB.'),
    hostname: text(64).optional().describe('Host name shown; default selfsame.'),
    release: text(64).optional().describe('Release of the kernel shown; default 6.1.0.'),
    kernelVersion: text(64).optional().describe('Version of the kernel shown; default #1 SMP.'),
    machine: text(64).optional().describe('Machine shown by uname; default x86_64.'),
    domain: text(64).optional().describe('NIS domain name shown; default (none).'),
    blockSize: z
      .int()
      .min(512)
      .max(65_536)
      .refine((size) => (size & (size - 1)) === 0, 'must be a power of two')
      .optional()
      .describe('Block size of file systems shown, bytes, a power of two; default 4096.'),
    personality: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .optional()
      .describe('Bits of personality(2) the command has besides ours; default 0.'),
    clockStep: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('Nanoseconds a reading of the clock adds; default 1000.'),
    clockQuantum: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe('Nanoseconds the clock is shown in steps of; default 1000000.'),
    stallSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .optional()
      .describe(
        'Seconds after which a program that waits for the clock is moved on; 0 never; default 60.',
      ),
    hideNanoseconds: z
      .boolean()
      .optional()
      .describe('Show no nanoseconds of files but to programs that compare them; default false.'),
    namespaces: z
      .boolean()
      .optional()
      .describe("Make namespaces of our own instead of running in the caller's; default true."),
    user: z.int().min(0).max(idMax).optional().describe("The command's user id; default ours."),
    group: z.int().min(0).max(idMax).optional().describe("The command's group id; default ours."),
    log: text(4095).optional().describe('Path of the log; default none.'),
    logMax: z
      .int()
      .min(4096)
      .max(2 ** 40)
      .optional()
      .describe('Most bytes of the log; default 64 MiB.'),
    logWrites: z.boolean().optional().describe('Log each file opened for writing; default true.'),
    masks: z
      .enum(['none', 'devices', 'all'])
      .optional()
      .describe('Which files are put over others: none, only the random devices, or all.'),
    fuse: z
      .int()
      .min(0)
      .max(2 ** 20)
      .optional()
      .describe('Number of an inherited descriptor of /dev/fuse; default: it is opened.'),
    without: z
      .string()
      .regex(featureList, `must be some of ${features.join(', ')}, separated by commas`)
      .max(256)
      .optional()
      .describe('For tests: features of the kernel to do without, separated by commas.'),
    threads: z
      .int()
      .min(0)
      .max(256)
      .optional()
      .describe('Threads that answer; default one per processor.'),
  })
  .describe('What selfsame-determinizer is configured by.');

export type DeterminizerConfiguration = z.output<typeof determinizerConfigurationSchema>;
