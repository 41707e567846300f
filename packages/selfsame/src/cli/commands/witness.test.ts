import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatNoteKey } from '@selfsame/verify';
import type { Event } from '../../events/event.js';
import { initLog } from '../../log/append.js';
import { testLogKey, testOrigin, witnessKey } from '../../log/testing.js';
import { temporaryDirectory, testKey } from '../../record/testing.js';
import { formatPrivateKeyFile } from '../../signing/key-files.js';
import { plainStyle } from '../../text/style.js';
import type { Command, CommandContext, CommandResult, OptionValues } from '../command.js';
import { logCosignCommand } from './log-cosign.js';
import { witnessServeCommand } from './witness-serve.js';

let scratch: ReturnType<typeof temporaryDirectory>;
let events: Event[];
let stop: AbortController;
let running: Promise<CommandResult>[];
const log = formatNoteKey(testLogKey);

beforeEach(async () => {
  scratch = temporaryDirectory();
  events = [];
  running = [];
  stop = new AbortController();
  await initLog(join(scratch.path, 'log'), testOrigin, testKey('log'));
  for (const name of ['w1', 'log']) {
    const file = join(scratch.path, `${name}.key`);
    writeFileSync(file, formatPrivateKeyFile(testKey(name), name), { mode: 0o600 });
  }
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running);
  scratch[Symbol.dispose]();
});

const run = async (
  command: Command,
  args: readonly string[],
  options: OptionValues,
  more: { readonly offline?: boolean; readonly heard?: (event: Event) => void } = {},
): Promise<CommandResult> => {
  const emit = (event: Event): void => {
    events.push(event);
    more.heard?.(event);
  };
  return await command.run(args, options, {
    cwd: scratch.path,
    env: {},
    signal: stop.signal,
    settings: { offline: more.offline ?? false },
    style: plainStyle,
    engine: () => Promise.resolve({ emit }),
  } as unknown as CommandContext);
};
/** Starts a witness and resolves to its address. */
const serve = async (): Promise<string> =>
  await new Promise((done, fail) => {
    const options = { log, name: 'w1', state: 'memory', key: 'w1.key', listen: '127.0.0.1:0' };
    const heard = (event: Event): void => {
      const text = event.type === 'notice' ? event.message : '';
      const url = / listens at (\S+)$/.exec(text)?.[1];
      if (url !== undefined) done(url);
    };
    const served = run(witnessServeCommand, [], options, { heard });
    served.catch(fail);
    running.push(served);
  });
const list = (...lines: readonly string[]): void =>
  writeFileSync(join(scratch.path, 'witnesses.txt'), `${lines.join('\n')}\n`);
const notices = () => events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

describe('selfsame witness serve and selfsame log cosign', () => {
  it('cosign over HTTP, until a quorum is there', async () => {
    const url = await serve();
    const w1 = witnessKey('w1');
    list(`log ${log}`, `witness one ${w1} ${url}`, `witness two ${witnessKey('w2')}`);
    writeFileSync(
      join(scratch.path, 'both.txt'),
      `${readFileSync(join(scratch.path, 'witnesses.txt'), 'utf8')}group all-two all one two\nquorum all-two\n`,
    );
    list(`log ${log}`, `witness one ${w1} ${url}`, 'quorum one');
    const found = await run(logCosignCommand, ['log'], {});
    expect(found).toMatchObject({
      exitCode: 0,
      data: { log: testOrigin, size: 0, quorum: true, cosigned: ['one'] },
      text: ['one: cosigned', `${testOrigin}: 0 entries, cosigned by as many as the list asks for`],
    });
    expect(await run(logCosignCommand, ['log'], { witnesses: 'both.txt' })).toMatchObject({
      exitCode: 1,
      data: { quorum: false, witnesses: [{ outcome: 'cosigned' }, { outcome: 'unavailable' }] },
      text: [
        'one: cosigned',
        'two: did not cosign: the list has no address of it',
        `${testOrigin}: 0 entries, cosigned by fewer than the list asks for`,
      ],
    });
    stop.abort();
    expect(await running[0]).toMatchObject({
      exitCode: 0,
      data: { verifierKey: w1, cosigned: 2, refused: 0 },
    });
    expect(notices()).toEqual([
      `nothing is remembered of ${testOrigin}: its first checkpoint is cosigned as it comes`,
      `${w1} listens at ${url}`,
      `cosigned ${testOrigin} with 0 entries`,
      `cosigned ${testOrigin} with 0 entries`,
    ]);
  });

  it('shows what another says on a terminal harmlessly', async () => {
    const url = await serve();
    list(`log ${log}`, `witness \u009b31mred ${witnessKey('w2')} ${url}`, 'quorum none');
    const { text } = await run(logCosignCommand, ['log'], {});
    expect(text.join('\n')).not.toContain('\u009b');
  });

  it.each<[string, OptionValues, string]>([
    ['without a name', { name: undefined }, 'a witness has a name and a memory'],
    ['without a memory', { state: undefined }, 'a witness has a name and a memory'],
    ['for no log', { log: [] }, 'a witness cosigns for logs that it knows'],
    ['for a key that is none', { log: 'log+1' }, '"log+1" is no verifier key'],
    ['with the key of the log', { key: 'log.key' }, 'the key of the witness is that of the log'],
    ['at no address', { listen: '8480' }, '"8480" is not an address and port'],
    ['at a port that is none', { listen: '127.0.0.1:65536' }, 'is not an address and port'],
  ])('do not serve %s', async (_what, changes, why) => {
    const options = { log, name: 'w1', state: 'memory', key: 'w1.key', listen: '127.0.0.1:0' };
    await expect(run(witnessServeCommand, [], { ...options, ...changes })).rejects.toMatchObject({
      code: 'WRONG_USE',
      message: expect.stringContaining(why) as unknown,
    });
  });

  it('do not ask without a list, without the log’s key, or offline', async () => {
    const ask = (more: Parameters<typeof run>[3] = {}) => run(logCosignCommand, ['log'], {}, more);
    await expect(ask()).rejects.toMatchObject({ code: 'LOG_WITNESSES' });
    list('quorum none');
    await expect(ask()).rejects.toMatchObject({ code: 'WRONG_USE' });
    list(`log ${log}`, 'quorum none');
    await expect(ask({ offline: true })).rejects.toMatchObject({ code: 'WRONG_USE' });
    expect(await ask()).toMatchObject({ exitCode: 0, data: { witnesses: [] } });
  });
});
