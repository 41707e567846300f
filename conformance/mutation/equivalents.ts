/** File → mutants of it that no test can notice, or that only cost time, each with the reason. */
export type Equivalents = Readonly<
  Record<string, readonly { readonly mutants: readonly string[]; readonly why: string }[]>
>;

/**
 * @param existing keys of all mutants
 * @param tried keys of those that this run tried
 * @param survived keys of those of them that no test noticed
 */
export function listProblems(
  list: Equivalents,
  existing: readonly string[],
  tried: readonly string[],
  survived: readonly string[],
): {
  /** Survivors without a reason. */
  readonly unlisted: readonly string[];
  /** Entries that say nothing true any more. */
  readonly stale: readonly string[];
} {
  const listed = Object.entries(list).flatMap(([file, entries]) =>
    entries.flatMap(({ mutants, why }) => mutants.map((name) => ({ key: `${file} ${name}`, why }))),
  );
  const keys = new Set(listed.map(({ key }) => key));
  const stale = listed.flatMap(({ key, why }, index) => {
    if (why.trim() === '') return [`no reason is given: ${key}`];
    if (listed.findIndex((other) => other.key === key) !== index) return [`listed twice: ${key}`];
    if (!existing.includes(key)) return [`there is no such mutant: ${key}`];
    if (tried.includes(key) && !survived.includes(key)) return [`a test notices it: ${key}`];
    return [];
  });
  return { unlisted: survived.filter((key) => !keys.has(key)), stale };
}
