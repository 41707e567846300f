import { SelfsameError, SelfsameErrors } from './selfsame-error.js';

/** The most errors that are reported together. */
const mostReported = 50;

/** Gathers errors of many files or fields, so that one run reports all of them. */
export class ErrorCollector {
  // One mistake shows wherever it is used, and in every target of a recipe: it is said once.
  readonly #errors = new Map<string, SelfsameError>();

  get isEmpty(): boolean {
    return this.#errors.size === 0;
  }

  add(...errors: readonly SelfsameError[]): void {
    for (const error of errors) {
      const { file, line, column } = error.location ?? {};
      const identity = JSON.stringify([error.code, error.message, file, line, column]);
      if (!this.#errors.has(identity)) this.#errors.set(identity, error);
    }
  }

  /** Runs `work`; its SelfsameError(s) are gathered and undefined is returned, others are thrown on. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof SelfsameErrors) this.add(...error.errors);
      else if (error instanceof SelfsameError) this.add(error);
      else throw error;
      return undefined;
    }
  }

  /** @throws SelfsameErrors if there are any: at most 50 in order of file and place, then how many more. */
  throwIfAny(): void {
    const sorted = [...this.#errors.values()].sort(byPlace);
    const shown = sorted.slice(0, mostReported);
    const more = sorted.length - shown.length;
    if (more > 0) {
      const message = `${more} more problem${more === 1 ? ' is' : 's are'} not shown`;
      shown.push(new SelfsameError('MORE_ERRORS', message, { hint: 'correct these first' }));
    }
    const [first, ...rest] = shown;
    if (first !== undefined) throw new SelfsameErrors([first, ...rest]);
  }
}

function byPlace(a: SelfsameError, b: SelfsameError): number {
  const [p, q] = [a.location, b.location];
  if (p === undefined || q === undefined) return p === q ? 0 : p === undefined ? -1 : 1;
  if (p.file !== q.file) return p.file < q.file ? -1 : 1;
  return p.line - q.line || p.column - q.column;
}
