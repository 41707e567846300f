import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SelfsameError } from '../errors/selfsame-error.js';

export type NativeProgram =
  'selfsame-ns' | 'selfsame-init' | 'selfsame-tree' | 'selfsame-determinizer';

const known = new Map<string, string>();

/**
 * Absolute path of one of our C programs (built by `make -C native`). Looked for in `SELFSAME_NATIVE_DIR`,
 * then in `native/build` of the nearest directory above this file that has it, which holds for sources,
 * compiled files and the bundle alike. Throws `NATIVE_PROGRAM_MISSING`.
 */
export function nativePath(program: NativeProgram): string {
  const override = process.env['SELFSAME_NATIVE_DIR'];
  const key = `${override ?? ''}\0${program}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = (override === undefined ? candidates(program) : [join(override, program)]).find(
    (path) => existsSync(path),
  );
  if (found === undefined) {
    throw new SelfsameError(
      'NATIVE_PROGRAM_MISSING',
      `${program} is not built${override === undefined ? '' : ` in ${override}`}`,
      {
        hint: 'Build it with `make build` (or only `make -C native`)',
      },
    );
  }
  known.set(key, found);
  return found;
}

function candidates(program: NativeProgram): string[] {
  const paths: string[] = [];
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    paths.push(join(at, 'native', 'build', program));
    if (dirname(at) === at) return paths;
  }
}
