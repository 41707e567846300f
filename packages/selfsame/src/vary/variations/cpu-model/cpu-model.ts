import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

/** Names of glibc 2.33 and later; others are ignored. */
const tunables =
  'glibc.cpu.hwcaps=-AVX512F,-AVX512BW,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-BMI1,-BMI2,-ERMS,-SSE4_2,-SSSE3,-XSAVEC';

export const cpuModel: Variation = {
  name: 'cpu-model',
  title: 'processor model',
  changes:
    'Another model in `/proc/cpuinfo`, and a C library that uses no instructions beyond x86-64.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['processor-model'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    cpuModel: `${seededWord(seed, 'processor')} 9000 Processor`,
    variables: { ...conditions.variables, GLIBC_TUNABLES: tunables },
  }),
  values: (before, after) => ({
    a: before.cpuModel,
    b: `${after.cpuModel}, baseline instructions`,
  }),
};
