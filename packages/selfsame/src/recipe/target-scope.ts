import { SelfsameError } from '../errors/selfsame-error.js';
import type { SourceLocation } from '../errors/selfsame-error.js';
import { expand } from './expressions/expand.js';
import type { Lookup, Scope, TextSource } from './expressions/expand.js';

/** What names stand for while one target of a recipe is expanded. */
export interface ScopeParts {
  readonly project: string;
  readonly target: string;
  readonly version: TextSource;
  readonly cpus: number;
  readonly variables: ReadonlyMap<string, TextSource>;
  /** Variables that other targets set. */
  readonly otherVariables: ReadonlySet<string>;
  /** Inputs of the recipe: undefined if not for this target. `fileName` throws for directories. */
  readonly inputs: ReadonlyMap<
    string,
    { readonly fileName: (at: () => SourceLocation) => string } | undefined
  >;
  /** Names of needs; false: not for this target. */
  readonly needs: ReadonlyMap<string, boolean>;
  readonly budget: Budget;
}

/** UTF-16 code units that all expanded texts of one recipe may still have, over all its targets. */
export interface Budget {
  left: number;
}

export const recipeBudget = 32 * 1024 * 1024;

/** How deep variables may refer to variables. */
const deepest = 100;

/** Looks names up, each at most once, and finds circles among them. */
export class TargetScope implements Scope {
  readonly #parts: ScopeParts;
  readonly #known = new Map<string, { value: string } | { error: unknown }>();
  /** Names being looked up, outermost first. */
  readonly #open: string[] = [];

  constructor(parts: ScopeParts) {
    this.#parts = parts;
  }

  lookup(name: string, at: () => SourceLocation): Lookup {
    const parts = this.#parts;
    switch (name) {
      case 'project':
        return { type: 'value', value: parts.project };
      case 'target':
        return { type: 'value', value: parts.target };
      case 'jobs':
        return { type: 'value', value: String(parts.cpus) };
      case 'version':
        return this.#once(name, at, () => expand(parts.version, this));
    }
    const [, group, rest = ''] = /^(variables|inputs|needs)\.(.+)$/s.exec(name) ?? [];
    if (group === 'variables') return this.#variable(rest, at);
    if (group === 'inputs') return this.#input(rest, at);
    if (group === 'needs') return this.#need(rest);
    return this.#unknown();
  }

  spend(length: number): boolean {
    this.#parts.budget.left -= length;
    return this.#parts.budget.left >= 0;
  }

  #variable(name: string, at: () => SourceLocation): Lookup {
    const source = this.#parts.variables.get(name);
    if (source !== undefined) {
      return this.#once(`variables.${name}`, at, () => expand(source, this));
    }
    if (this.#parts.otherVariables.has(name)) {
      return { type: 'unset', why: `is not set for target ${this.#parts.target}` };
    }
    return this.#unknown();
  }

  #input(rest: string, at: () => SourceLocation): Lookup {
    const [, name = '', property] = /^(.*)\.(path|file)$/s.exec(rest) ?? [];
    if (property === undefined || !this.#parts.inputs.has(name)) return this.#unknown();
    const input = this.#parts.inputs.get(name);
    if (input === undefined) return this.#notHere();
    const directory = `/build/inputs/${name}`;
    if (property === 'path') return { type: 'value', value: directory };
    return this.#once(`inputs.${name}.file`, at, () => `${directory}/${input.fileName(at)}`);
  }

  #need(rest: string): Lookup {
    const [, name = ''] = /^(.*)\.path$/s.exec(rest) ?? [];
    const here = this.#parts.needs.get(name);
    if (here === undefined) return this.#unknown();
    return here ? { type: 'value', value: `/build/needs/${name}` } : this.#notHere();
  }

  #notHere(): Lookup {
    return { type: 'unset', why: `is not there for target ${this.#parts.target}` };
  }

  #unknown(): Lookup {
    const { variables, otherVariables, inputs, needs } = this.#parts;
    const candidates = ['project', 'target', 'version', 'jobs'];
    for (const name of [...variables.keys(), ...otherVariables])
      candidates.push(`variables.${name}`);
    for (const name of inputs.keys()) candidates.push(`inputs.${name}.path`, `inputs.${name}.file`);
    for (const name of needs.keys()) candidates.push(`needs.${name}.path`);
    const shown = candidates.slice(0, 12).join(', ');
    const hint = `names are: ${shown}${candidates.length > 12 ? ', …' : ''}`;
    return { type: 'unknown', candidates, hint };
  }

  #once(name: string, at: () => SourceLocation, compute: () => string): Lookup {
    const known = this.#known.get(name);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return { type: 'value', value: known.value };
    }
    const opened = this.#open.indexOf(name);
    if (opened !== -1) {
      const circle = [...this.#open.slice(opened), name].join(' → ');
      throw new SelfsameError('EXPRESSION_CYCLE', `${name} refers to itself: ${circle}`, {
        location: at(),
        hint: 'give one of them a value of its own',
      });
    }
    if (this.#open.length >= deepest) {
      throw new SelfsameError(
        'EXPRESSION_TOO_LONG',
        `variables refer to variables more than ${deepest} times over`,
        { location: at(), hint: 'shorten the chain' },
      );
    }
    this.#open.push(name);
    try {
      const value = compute();
      this.#known.set(name, { value });
      return { type: 'value', value };
    } catch (error) {
      this.#known.set(name, { error });
      throw error;
    } finally {
      this.#open.pop();
    }
  }
}
