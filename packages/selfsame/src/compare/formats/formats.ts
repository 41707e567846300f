import { alpine } from './alpine/alpine.js';
import { ar } from './ar/ar.js';
import { deb } from './deb/deb.js';
import type { Format } from './format.js';
import { gzip } from './gzip/gzip.js';
import { bzip2 } from './bzip2/bzip2.js';
import { lz4, lz4Legacy } from './lz4/lz4.js';
import { lzip } from './lzip/lzip.js';
import { lzma } from './lzma/lzma.js';
import { xz } from './xz/xz.js';
import { zstd } from './zstd/zstd.js';
import { cbfs } from './cbfs/cbfs.js';
import { cbfsPayload } from './cbfs/payload.js';
import { cpio } from './cpio/cpio.js';
import { rpm } from './rpm/rpm.js';
import { ext } from './ext/ext.js';
import { iso } from './iso/iso.js';
import { squashfs } from './squashfs/squashfs.js';
import { oci } from './oci/oci.js';
import { tar } from './tar/tar.js';
import { uimage } from './uimage/uimage.js';
import { zip } from './zip/zip.js';
import { devicetree } from './devicetree/devicetree.js';
import { elfFunctions } from './elf/elf-functions.js';
import { elf } from './elf/elf.js';
import { pe } from './pe/pe.js';
import { pyc } from './pyc/pyc.js';
import { png } from './png/png.js';
import { gettext } from './gettext/gettext.js';
import { sqlite } from './sqlite/sqlite.js';
import { wasm } from './wasm/wasm.js';
import { javaClass } from './java-class/java-class.js';
import { macho, machoUniversal } from './macho/macho.js';
import { pdf } from './pdf/pdf.js';

/** Every reader there is. The first whose `detect` takes a content has it: those with a narrower test come first. */
export const formats: readonly Format[] = [
  deb,
  ar,
  rpm,
  zip,
  alpine,
  gzip,
  xz,
  zstd,
  bzip2,
  lz4,
  lz4Legacy,
  lzip,
  lzma,
  cpio,
  oci,
  tar,
  squashfs,
  ext,
  iso,
  uimage,
  devicetree,
  cbfsPayload,
  elf,
  elfFunctions,
  pe,
  pyc,
  png,
  gettext,
  sqlite,
  wasm,
  javaClass,
  macho,
  machoUniversal,
  pdf,
  cbfs,
];
