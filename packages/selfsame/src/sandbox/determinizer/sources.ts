import { z } from 'zod';

import { SelfsameError } from '../../errors/selfsame-error.js';

/** Every source of non-determinism, as native/determinizer/src/config.h names them; docs/determinizer.md explains each. */
export const sourceNames = [
  'clock',
  'fileTimes',
  'directoryOrder',
  'randomness',
  'cpus',
  'uname',
  'sysinfo',
  'statfs',
  'inodes',
  'timeStampCounter',
  'pids',
  'addressSpace',
  'environmentSize',
  'memoryPoison',
  'delays',
] as const;

export type SourceName = (typeof sourceNames)[number];

/** The machine's own answers, constant ones, or those of a seed (`vary:SEED`). */
export type SourceMode = 'real' | 'fixed' | `vary:${string}`;

export type SourceModes = Readonly<Partial<Record<SourceName, SourceMode>>>;

/** Longest seed, bytes of UTF-8 (SEED_MAX in native/determinizer/src/config.c). */
export const seedMax = 256;

/** Bytes of UTF-8 the determinizer can take: no NUL, no half of a surrogate pair. */
export function isPlainText(text: string, most: number): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= most;
}

function isSourceMode(text: string): text is SourceMode {
  if (text === 'real' || text === 'fixed') return true;
  return text.startsWith('vary:') && text.length > 5 && isPlainText(text.slice(5), seedMax);
}

export const sourceModeSchema = z
  .string()
  .regex(/^(?:real|fixed|vary:[^\0]+)$/u, 'must be real, fixed or vary:SEED')
  .refine(isSourceMode, `must be real, fixed or vary:SEED with a seed of at most ${seedMax} bytes`)
  .transform((mode) => mode)
  .describe('real: as the machine answers; fixed: constant; vary:SEED: as the seed decides.');

export const sourceModesSchema = z
  .partialRecord(z.enum(sourceNames), sourceModeSchema)
  .describe('Modes of sources; those left out are as the level has them.');

/** What level `virtual` and a determinizer without configuration do with each source. */
export const defaultSourceModes: Readonly<Record<SourceName, SourceMode>> = {
  ...(Object.fromEntries(sourceNames.map((name) => [name, 'fixed'])) as Record<
    SourceName,
    SourceMode
  >),
  memoryPoison: 'real',
  delays: 'real',
};

/**
 * Reads the form of the command line, `NAME=MODE[,NAME=MODE…]`, where `all` names every source and later
 * ones win: `clock=real,directoryOrder=vary:reversed`. Seeds written this way hold no comma.
 *
 * @throws SelfsameError DETERMINISM_SOURCE_INVALID
 */
export function parseSourceModes(text: string): SourceModes {
  const modes: Partial<Record<SourceName, SourceMode>> = {};
  for (const part of text.split(',')) {
    const [name = '', ...rest] = part.split('=');
    const mode = rest.join('=');
    if (rest.length === 0) throw wrong(`expected NAME=MODE, not ${JSON.stringify(part)}`);
    if (!isSourceMode(mode))
      throw wrong(`the mode of ${JSON.stringify(name)} cannot be ${JSON.stringify(mode)}`);
    const names = name === 'all' ? sourceNames : sourceNames.filter((each) => each === name);
    if (names.length === 0)
      throw wrong(`there is no source of non-determinism named ${JSON.stringify(name)}`);
    for (const each of names) modes[each] = mode;
  }
  return modes;
}

function wrong(message: string): SelfsameError {
  return new SelfsameError('DETERMINISM_SOURCE_INVALID', message, {
    hint: `Modes are real, fixed and vary:SEED (at most ${seedMax} bytes); sources are all, ${sourceNames.join(', ')}`,
  });
}
