import type { Command as Program, Option } from 'commander';
import type { Command } from '../command.js';
import type { NamesOf } from './workspace-names.js';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What can come next: candidates, or names of files, which the shell knows best. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly files: boolean;
}

const none: Completion = { candidates: [], files: false };

/**
 * What can stand where the cursor is.
 * @param words the words after `selfsame`, the last being the unfinished one, possibly empty
 * @param names looks up projects and environments of the workspace, only when they are wanted
 */
export async function complete(
  words: readonly string[],
  program: Program,
  commands: readonly Command[],
  names: NamesOf,
): Promise<Completion> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const read = readWords(before, program);
  const starts = (candidates: readonly Candidate[]): Completion => ({
    candidates: candidates.filter(({ value }) => value.startsWith(current)),
    files: false,
  });

  if (read.awaiting !== undefined) return valueOf(read.awaiting, starts);
  if (!read.onlyArguments && current.startsWith('--') && current.includes('=')) {
    const [name = '', value = ''] = splitOnce(current, '=');
    const option = read.at.options.find((one) => one.long === name);
    const choices = (option?.argChoices ?? []).filter((choice) => choice.startsWith(value));
    return {
      candidates: choices.map((choice) => ({ value: `${name}=${choice}`, description: '' })),
      files: false,
    };
  }
  if (!read.onlyArguments && current.startsWith('-')) {
    const options = read.at.options.filter((option) => !option.hidden);
    return starts([
      ...options.map((option) => ({
        value: option.long ?? option.short ?? '',
        description: option.description,
      })),
      { value: '--help', description: 'show this help' },
    ]);
  }
  if (read.at.commands.length > 0) {
    return starts(
      read.at.commands.map((one) => ({ value: one.name(), description: one.summary() })),
    );
  }

  const command = commands.find((one) => one.name === read.path.join(' '));
  const argument = command?.arguments[Math.min(read.given, command.arguments.length - 1)];
  const beyond =
    argument !== undefined &&
    read.given >= (command?.arguments.length ?? 0) &&
    !argument.syntax.includes('...');
  if (argument === undefined || beyond) return none;
  if (argument.complete === 'files') return { candidates: [], files: true };
  if (argument.complete === undefined) {
    const index = Math.min(read.given, read.at.registeredArguments.length - 1);
    const choices = read.at.registeredArguments[index]?.argChoices ?? [];
    return starts(choices.map((value) => ({ value, description: '' })));
  }
  return starts((await names(argument.complete)).map((value) => ({ value, description: '' })));
}

function valueOf(
  option: Option,
  starts: (candidates: readonly Candidate[]) => Completion,
): Completion {
  if (option.argChoices !== undefined)
    return starts(option.argChoices.map((value) => ({ value, description: '' })));
  // A value that names a place on disk says so in its name: --directory <path>, --out <file>.
  return /path|file|dir|folder|keyring|out/i.test(option.flags)
    ? { candidates: [], files: true }
    : none;
}

interface Read {
  readonly at: Program;
  readonly path: readonly string[];
  /** Arguments given already. */
  readonly given: number;
  /** An option that still wants its value. */
  readonly awaiting: Option | undefined;
  /** After `--`. */
  readonly onlyArguments: boolean;
}

function readWords(words: readonly string[], program: Program): Read {
  let at = program;
  const path: string[] = [];
  let given = 0;
  let awaiting: Option | undefined;
  let onlyArguments = false;
  for (const word of words) {
    if (awaiting !== undefined) awaiting = undefined;
    else if (onlyArguments) given += 1;
    else if (word === '--') onlyArguments = true;
    else if (word.startsWith('-') && word !== '-') {
      const option = at.options.find((one) => one.long === word || one.short === word);
      if (option?.required === true) awaiting = option;
    } else {
      const next = at.commands.find((one) => one.name() === word);
      if (next === undefined) given += 1;
      else {
        at = next;
        path.push(word);
      }
    }
  }
  return { at, path, given, awaiting, onlyArguments };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const index = text.indexOf(separator);
  return [text.slice(0, index), text.slice(index + 1)];
}
