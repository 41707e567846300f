import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf } from './reading.js';

/** Which processor. */
export const processorModel: Cause = {
  name: 'processor-model',
  title: 'Model of the processor',
  summary: 'A program wrote down the name or the features of the processor, or compiled for it.',
  looks: 'names of processors, lists of their features, `-march=…`.',
  get remedies() {
    return [remedy];
  },
  variations: ['cpu-model', 'cpu-features', 'machine-facts'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const found = fromCanary(reading, 'processor-model', () => ({ remedy }));
    if (found !== undefined) return found;
    const name = pairOf(
      reading,
      /(?:Intel\(R\) [\w()@ .-]{3,60}|AMD (?:EPYC|Ryzen|Opteron|Athlon)[\w ()@.-]{0,50}|GenuineIntel|AuthenticAMD|Apple M\d[\w ]{0,12}|Neoverse-[A-Z]\d|Cortex-[AMRX]\d+|QEMU Virtual CPU[\w. ]{0,30})/g,
      128,
    );
    if (name !== undefined)
      return {
        kind: 'name of a processor',
        certainty: 'likely',
        ...valuesOf(reading, name),
        remedy,
      };
    const flags = pairOf(reading, /-m(?:arch|tune|cpu)=[\w.+-]{2,40}/g, 128);
    if (flags !== undefined)
      return {
        kind: 'target of the compiler',
        certainty: 'likely',
        ...valuesOf(reading, flags),
        remedy,
      };
    const features = pairOf(
      reading,
      /\b(?:fpu|sse2|ssse3|sse4_[12]|avx2?|avx512\w{1,12}|bmi[12]|fma|aes|pclmulqdq|rdrand|popcnt|sha_ni|neon|asimd)(?: [a-z0-9_]{2,20}){2,100}/g,
      256,
    );
    return features === undefined
      ? undefined
      : {
          kind: 'features of a processor',
          certainty: 'likely',
          ...valuesOf(reading, features),
          remedy,
        };
  },
};

const remedy =
  'Compile for a fixed target (`-march=x86-64-v2`, not `-march=native`; Rust `-C target-cpu=x86-64-v2`), and switch off tuning and detection during the build.';
