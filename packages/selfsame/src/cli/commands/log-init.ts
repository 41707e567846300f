import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { keyOf, keyOption } from '../log-options.js';
import { one } from '../option-values.js';

export const logInitCommand: Command = {
  name: 'log init',
  summary: 'make an empty transparency log',
  description:
    'A log is a directory of static files (C2SP tlog-tiles) that any web server can publish: every claim that was ' +
    'added can be proved to be there, and nothing can be taken out again without everybody seeing it. Prints the ' +
    "log's verifier key, which policies name.",
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [
    {
      flags: '--origin <name>',
      description: 'name of the log, for ever: a host name and path without scheme, by custom',
    },
    keyOption,
  ],
  examples: [
    {
      command: 'selfsame log init /srv/log --origin log.example.org/claims',
      does: 'make a log, signed with your key',
    },
  ],
  async run([directory = ''], options, context) {
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { formatNoteKey } = await import('@selfsame/verify');
    const { initLog } = await import('../../log/append.js');
    const origin = one(options, 'origin');
    if (origin === undefined) {
      throw new SelfsameError('WRONG_USE', 'a log needs a name', {
        hint: 'give one that nobody else uses: --origin log.example.org/claims',
      });
    }
    const key = await keyOf(options, context);
    const path = resolve(context.cwd, directory);
    const verifier = formatNoteKey(await initLog(path, origin, key, context.signal));
    return {
      exitCode: 0,
      data: { directory: path, origin, verifierKey: verifier },
      text: [verifier],
    };
  },
};
