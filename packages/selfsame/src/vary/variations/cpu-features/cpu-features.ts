import type { Variation } from '../../types.js';

/** Names of glibc 2.33 and later; others are ignored. */
const tunables =
  'glibc.cpu.hwcaps=-AVX512F,-AVX512BW,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-BMI1,-BMI2,-ERMS,-SSE4_2,-SSSE3,-XSAVEC';

export const cpuFeatures: Variation = {
  name: 'cpu-features',
  title: 'processor features',
  changes: 'A C library that uses no instructions beyond x86-64 (`GLIBC_TUNABLES`).',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['processor-model'],
  // No level hides what the processor itself answers.
  fixedAt: undefined,
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => ({
    ...conditions,
    variables: { ...conditions.variables, GLIBC_TUNABLES: tunables },
  }),
  values: () => ({ a: 'all that the processor has', b: 'baseline instructions' }),
};
