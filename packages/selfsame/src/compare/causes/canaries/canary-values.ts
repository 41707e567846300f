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

/** A spelling of a value, to be looked up by its first three characters. */
export interface IndexedSpelling {
  readonly canary: CanaryText;
  readonly spelling: Spelling;
  /** The value as it is: the only spelling that is also found cut off. */
  readonly plain: boolean;
}

/** All spellings of one side's values, to find them in one pass over a sample. */
export interface CanaryIndex {
  /** 1 where a spelling begins with these two bytes, little-endian. */
  readonly heads: Uint8Array;
  readonly byHead: ReadonlyMap<string, readonly IndexedSpelling[]>;
}

const indexes = new WeakMap<Canaries, CanaryIndex>();

export function canaryIndex(canaries: Canaries): CanaryIndex {
  const found = indexes.get(canaries);
  if (found !== undefined) return found;
  const heads = new Uint8Array(65_536);
  const byHead = new Map<string, IndexedSpelling[]>();
  for (const canary of canaryTexts(canaries))
    canary.spellings.forEach((spelling, index) => {
      const { text } = spelling;
      heads[text.charCodeAt(0) | (text.charCodeAt(1) << 8)] = 1;
      const head = text.slice(0, 3);
      const list = byHead.get(head) ?? [];
      list.push({ canary, spelling, plain: index === 0 });
      byHead.set(head, list);
    });
  const answer = { heads, byHead };
  indexes.set(canaries, answer);
  return answer;
}

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
