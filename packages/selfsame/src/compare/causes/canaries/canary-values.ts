import type { CauseName } from '../../types.js';
import type { Canaries } from '../cause.js';
import { spellingsOf, type Spelling } from './spellings.js';

/** A text value that one side was built under. */
export interface CanaryText {
  readonly cause: CauseName;
  /** What it is: `build path`, `HOME`, `variable FOO`. */
  readonly kind: string;
  readonly value: string;
  readonly spellings: readonly Spelling[];
}

/** Values shorter than this are in many files by chance; nothing is said on their account alone. */
export const rareLength = 8;

const known = new WeakMap<Canaries, readonly CanaryText[]>();

/** The text values of one side, in a fixed order: two sides have the same kinds, except for variables. */
export function canaryTexts(canaries: Canaries): readonly CanaryText[] {
  const found = known.get(canaries);
  if (found !== undefined) return found;
  const list: CanaryText[] = [];
  const add = (cause: CauseName, kind: string, value: string | undefined) => {
    if (value !== undefined && value.length >= 3 && value.length <= 4096)
      list.push({ cause, kind, value, spellings: spellingsOf(value) });
  };
  add('build-path', 'build path', canaries.path);
  add('build-path', 'temporary directory', canaries.temporaryDirectory);
  add('home-directory', 'home directory', canaries.home);
  add('host-name', 'host name', canaries.hostname);
  add('host-name', 'domain name', canaries.domain);
  add('user-name', 'user name', canaries.user);
  add('user-name', 'group name', canaries.group);
  add('kernel-version', 'kernel release', canaries.kernelRelease);
  add('kernel-version', 'machine', canaries.machine);
  add('processor-model', 'processor model', canaries.cpuModel);
  add('time-zone', 'TZ', canaries.timezone);
  add('locale', 'locale name', canaries.locale);
  add('environment-variable', 'shell', canaries.shell);
  for (const [name, value] of Object.entries(canaries.variables))
    add('environment-variable', `variable ${name}`, value);
  canaries.pathDirectories.forEach((directory, index) =>
    add('environment-variable', index === 0 ? 'PATH' : `PATH ${index + 1}`, directory),
  );
  known.set(canaries, list);
  return list;
}
