import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { keyOf, keyOption, logKeyOf, logKeyOption } from '../log-options.js';
import { one } from '../option-values.js';

export const logWitnessCommand: Command = {
  name: 'log witness',
  summary: 'cosign the checkpoint of a log',
  description:
    'Checks that the log continues the one that was cosigned before, and only then adds your cosignature, with the ' +
    'time, to its checkpoint. What was seen is kept in the state file: a witness that forgets is none. Exit code 1 ' +
    'when the log was rewritten; both checkpoints are shown, and prove it.',
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [
    logKeyOption,
    { flags: '--name <name>', description: 'your name as a witness, for ever' },
    { flags: '--state <file>', description: 'what you cosigned last: one file for each log' },
    keyOption,
  ],
  examples: [
    {
      command:
        'selfsame log witness /srv/log --log log.example.org/claims+5e1ac9f3+AdW… --name witness.example.net --state ~/witness/claims',
      does: 'cosign what the log shows now',
    },
  ],
  async run([directory = ''], options, context) {
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { formatNoteKey, noteKey } = await import('@selfsame/verify');
    const { cosignLog } = await import('../../log/witness.js');
    const log = await logKeyOf(options);
    const name = one(options, 'name');
    const state = one(options, 'state');
    if (name === undefined || state === undefined) {
      throw new SelfsameError('WRONG_USE', 'a witness has a name and a memory', {
        hint: 'give both: --name witness.example.net --state FILE',
      });
    }
    const key = await keyOf(options, context);
    const { size, note } = await cosignLog(
      resolve(context.cwd, directory),
      log,
      { name, key, state: resolve(context.cwd, state) },
      Math.floor(Date.now() / 1000),
      context.signal,
    );
    const verifier = formatNoteKey(noteKey(name, 'cosignature', key.publicKey));
    return {
      exitCode: 0,
      data: { log: log.name, size, verifierKey: verifier, checkpoint: note },
      text: [`cosigned ${log.name} with ${size} entries as ${verifier}`],
    };
  },
};
