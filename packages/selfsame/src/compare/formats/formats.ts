import { ar } from './ar/ar.js';
import { deb } from './deb/deb.js';
import type { Format } from './format.js';
import { gzip } from './gzip/gzip.js';
import { tar } from './tar/tar.js';
import { zip } from './zip/zip.js';
import { elf } from './elf/elf.js';
import { pe } from './pe/pe.js';

/** Every reader there is. The first whose `detect` takes a content has it: those with a narrower test come first. */
export const formats: readonly Format[] = [deb, ar, zip, gzip, tar, elf, pe];
