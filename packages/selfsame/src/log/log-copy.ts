import { parseNote, parseNoteKey, type LogCopy, type LogRule } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readAllEntries, readHead, readLogFile, valid } from './log-directory.js';

/**
 * A whole log out of a directory, which must be one that the policy names.
 *
 * @throws SelfsameError WRONG_USE, LOG_NOT_FOUND, LOG_INVALID, LOG_LIMIT
 */
export async function readLogCopy(directory: string, rule: LogRule | undefined): Promise<LogCopy> {
  const bytes = await readLogFile(directory, 'checkpoint');
  if (bytes === undefined) {
    throw new SelfsameError('LOG_NOT_FOUND', `${directory} holds no log: there is no checkpoint`, {
      hint: 'name the directory of a log, or a copy of it, with --log DIR',
    });
  }
  const { text } = valid(`${directory}/checkpoint`, () => parseNote(bytes));
  const origin = text.slice(0, text.indexOf('\n'));
  const named = rule?.logs.find((key) => key.slice(0, key.indexOf('+')) === origin);
  if (named === undefined) {
    throw new SelfsameError('WRONG_USE', `the policy names no log ${JSON.stringify(origin)}`, {
      hint: 'name it in the policy under log: logs (docs/policies.md), or leave out --log',
    });
  }
  const key = valid('the policy’s log key', () => parseNoteKey(named));
  const { note, checkpoint } = await readHead(directory, key);
  return { checkpoint: note, entries: await readAllEntries(directory, checkpoint) };
}
