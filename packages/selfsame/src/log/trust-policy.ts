import { parseNoteKey, VerifyError, type NoteKey } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';

/** Bounds of a trust policy file; the specification wants at least 32 of each. */
export const trustPolicyLimits = { bytes: 256 * 1024, lines: 4096, names: 256 } as const;

/** A witness that may be asked. */
export interface AskedWitness {
  /** In this file only. */
  readonly name: string;
  readonly key: NoteKey;
  /** Submission prefix; undefined: it cannot be asked, but its cosignature counts. */
  readonly url: string | undefined;
}

/** Which witnesses there are and how many of them are enough (C2SP tlog-policy). */
export interface TrustPolicy {
  readonly logs: readonly NoteKey[];
  readonly witnesses: readonly AskedWitness[];
  /** Whether cosignatures of the witnesses with these names are a quorum. */
  isQuorum(cosigned: ReadonlySet<string>): boolean;
}

type Group = { readonly least: number; readonly members: readonly string[] };

/**
 * Reads a trust policy file (C2SP tlog-policy, "Policy file syntax"). Every rule of it is checked: a quorum that
 * says something else than its author meant is worse than none.
 *
 * @param name of the file, for messages
 * @throws SelfsameError LOG_WITNESSES, at its line
 */
export function parseTrustPolicy(text: string, name: string): TrustPolicy {
  const reader = new TrustPolicyReader(name);
  const lines = text.split('\n');
  if (lines.length > trustPolicyLimits.lines) reader.fail('the file has too many lines');
  lines.forEach((line, index) => reader.read(line, index + 1));
  return reader.finish();
}

class TrustPolicyReader {
  readonly #file: string;
  readonly #logs: NoteKey[] = [];
  readonly #witnesses: AskedWitness[] = [];
  readonly #groups = new Map<string, Group>();
  readonly #members = new Set<string>();
  #quorum: string | undefined;
  #line = 1;
  #text = '';

  constructor(file: string) {
    this.#file = file;
  }

  read(text: string, line: number): void {
    [this.#line, this.#text] = [line, text];
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(text)) this.fail('a control character is not allowed');
    const words = text.split(/[ \t]+/).filter((word) => word !== '');
    const [what, ...rest] = words;
    if (what === undefined || what.startsWith('#')) return;
    if (what === 'log') this.#log(rest);
    else if (what === 'witness') this.#witness(rest);
    else if (what === 'group') this.#group(rest);
    else if (what === 'quorum') this.#setQuorum(rest);
    else this.fail(`${JSON.stringify(what)} is not log, witness, group or quorum`);
  }

  finish(): TrustPolicy {
    [this.#line, this.#text] = [1, ''];
    const quorum = this.#quorum ?? this.fail('there is no quorum line');
    const groups = this.#groups;
    const isMet = (name: string, cosigned: ReadonlySet<string>): boolean => {
      const group = groups.get(name);
      if (group === undefined) return cosigned.has(name);
      return group.members.filter((one) => isMet(one, cosigned)).length >= group.least;
    };
    return {
      logs: this.#logs,
      witnesses: this.#witnesses,
      isQuorum: (cosigned) => quorum === 'none' || isMet(quorum, cosigned),
    };
  }

  #log([vkey, url, ...rest]: readonly string[]): void {
    if (vkey === undefined || rest.length > 0) this.fail('a log is: log VKEY [URL]');
    const key = this.#key(vkey, this.#logs);
    if (url !== undefined) this.#url(url);
    this.#logs.push(key);
  }

  #witness([name, vkey, url, ...rest]: readonly string[]): void {
    if (name === undefined || vkey === undefined || rest.length > 0) {
      this.fail('a witness is: witness NAME VKEY [URL]');
    }
    this.#define(name);
    const known = this.#witnesses.map(({ key }) => key);
    const key = this.#key(vkey, known);
    if (key.type !== 'cosignature') this.fail(`${key.name} is the key of a log, not of a witness`);
    this.#witnesses.push({ name, key, url: url === undefined ? undefined : this.#url(url) });
  }

  #group([name, least, ...members]: readonly string[]): void {
    if (name === undefined || least === undefined || members.length === 0) {
      this.fail('a group is: group NAME all|any|NUMBER MEMBER...');
    }
    for (const member of members) {
      if (!this.#isDefined(member)) this.fail(`${JSON.stringify(member)} is not defined above`);
      // One witness must count in one way only.
      if (this.#members.has(member)) this.fail(`${JSON.stringify(member)} is in a group already`);
      this.#members.add(member);
    }
    this.#define(name);
    const count = least === 'all' ? members.length : least === 'any' ? 1 : Number(least);
    if (!/^(?:all|any|[1-9][0-9]{0,3})$/.test(least) || count > members.length) {
      this.fail(
        `${JSON.stringify(least)} is not all, any, or a number from 1 to ${members.length}`,
      );
    }
    this.#groups.set(name, { least: count, members });
  }

  #setQuorum([name, ...rest]: readonly string[]): void {
    if (name === undefined || rest.length > 0) this.fail('a quorum is: quorum NAME');
    if (this.#quorum !== undefined) this.fail('there is a quorum already');
    if (name !== 'none' && !this.#isDefined(name)) {
      this.fail(`${JSON.stringify(name)} is not defined above`);
    }
    this.#quorum = name;
  }

  #define(name: string): void {
    if (name === 'none' || this.#isDefined(name)) {
      this.fail(`${JSON.stringify(name)} is taken`);
    }
    if (this.#groups.size + this.#witnesses.length >= trustPolicyLimits.names) {
      this.fail(`there are more than ${trustPolicyLimits.names} witnesses and groups`);
    }
  }

  #isDefined(name: string): boolean {
    return this.#groups.has(name) || this.#witnesses.some((one) => one.name === name);
  }

  #key(vkey: string, known: readonly NoteKey[]): NoteKey {
    let key: NoteKey;
    try {
      key = parseNoteKey(vkey);
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      this.fail(`the key can not be used: ${error.message}`);
    }
    if (known.some((other) => other.key.id === key.key.id)) this.fail('the key is given twice');
    return key;
  }

  #url(text: string): string {
    if (!/^https?:\/\/[!-~]{1,2048}$/.test(text) || !URL.canParse(text)) {
      this.fail(`${JSON.stringify(text)} is not an address: http://… or https://…`);
    }
    return text.replace(/\/+$/, '');
  }

  fail(why: string): never {
    throw new SelfsameError('LOG_WITNESSES', `${this.#file} is not a list of witnesses: ${why}`, {
      hint: 'write it as docs/transparency-logs.md shows, under “Ask witnesses”',
      location: {
        file: this.#file,
        line: this.#line,
        column: 1,
        length: Math.max(1, this.#text.length),
        lineText: this.#text,
      },
    });
  }
}
