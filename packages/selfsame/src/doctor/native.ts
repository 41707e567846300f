import { nativePath, type NativeProgram } from '../util/native.js';
import { needs, type Check } from './finding.js';

const nativePrograms: readonly NativeProgram[] = [
  'selfsame-ns',
  'selfsame-init',
  'selfsame-determinizer',
];

/** Our own C programs; that they work is shown by the sandbox's checks, which run them. */
export const checkNative: Check = () =>
  Promise.resolve(
    nativePrograms.map((program) => {
      try {
        nativePath(program);
        return {
          check: program,
          ok: true,
          why: 'is built',
          remedy: undefined,
          neededBy: needs.sandbox,
        };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { check: program, ok: false, why, remedy: 'make build', neededBy: needs.sandbox };
      }
    }),
  );
