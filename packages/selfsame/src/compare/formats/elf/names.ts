/** Names of numbers in ELF headers, as elf.h has them without their prefixes; others are shown as numbers. */

const fileTypes: Readonly<Record<number, string>> = { 1: 'REL', 2: 'EXEC', 3: 'DYN', 4: 'CORE' };

const machines: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: '386',
  4: '68K',
  8: 'MIPS',
  15: 'PARISC',
  20: 'PPC',
  21: 'PPC64',
  22: 'S390',
  40: 'ARM',
  42: 'SH',
  43: 'SPARCV9',
  50: 'IA_64',
  62: 'X86_64',
  183: 'AARCH64',
  243: 'RISCV',
  247: 'BPF',
  258: 'LOONGARCH',
};

const segments: Readonly<Record<number, string>> = {
  1: 'PT_LOAD',
  2: 'PT_DYNAMIC',
  3: 'PT_INTERP',
  4: 'PT_NOTE',
  6: 'PT_PHDR',
  7: 'PT_TLS',
  0x6474e550: 'PT_GNU_EH_FRAME',
  0x6474e551: 'PT_GNU_STACK',
  0x6474e552: 'PT_GNU_RELRO',
  0x6474e553: 'PT_GNU_PROPERTY',
};

export const fileTypeName = (type: number): string => fileTypes[type] ?? `${type}`;
export const machineName = (machine: number): string => machines[machine] ?? `${machine}`;
export const segmentName = (type: number): string => segments[type] ?? `PT_0x${type.toString(16)}`;
