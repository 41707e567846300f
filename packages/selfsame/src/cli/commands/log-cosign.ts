import { resolve } from 'node:path';
import type { AskedOne } from '../../log/ask-witnesses.js';
import { printable } from '../../text/printable.js';
import type { Command } from '../command.js';
import { logKeyOf, logKeyOption } from '../log-options.js';
import { one } from '../option-values.js';

export const logCosignCommand: Command = {
  name: 'log cosign',
  summary: 'ask witnesses to cosign the checkpoint of a log',
  description:
    'Sends the checkpoint to each witness of the list, with the proof that it continues what that witness cosigned ' +
    'before (C2SP tlog-witness), and publishes it with the cosignatures that came back. The list is a C2SP ' +
    'tlog-policy: witnesses with their keys and addresses, and how many of them are enough. Exit code 1 when ' +
    'the published checkpoint is not cosigned by as many.',
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [
    { flags: '--witnesses <file>', description: 'the list of witnesses (default: witnesses.txt)' },
    {
      ...logKeyOption,
      description: `${logKeyOption.description} (default: the only log of the list)`,
    },
  ],
  examples: [
    {
      command: 'selfsame log cosign /srv/log --witnesses witnesses.txt',
      does: 'ask every witness of the list',
    },
  ],
  async run([directory = ''], options, context) {
    const { formatNoteKey } = await import('@selfsame/verify');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { askWitnesses } = await import('../../log/ask-witnesses.js');
    const { parseTrustPolicy, trustPolicyLimits } = await import('../../log/trust-policy.js');
    const { readText } = await import('../../util/read-text.js');
    const name = one(options, 'witnesses') ?? 'witnesses.txt';
    const text = readText(resolve(context.cwd, name), name, trustPolicyLimits.bytes);
    if (text === undefined) {
      throw new SelfsameError('LOG_WITNESSES', `there is no list of witnesses ${name}`, {
        hint: 'name it with --witnesses FILE; docs/transparency-logs.md shows one',
      });
    }
    const list = parseTrustPolicy(text, name);
    const [only, ...others] = list.logs;
    const isOnly = only !== undefined && others.length === 0 && one(options, 'log') === undefined;
    const log = isOnly ? only : await logKeyOf(options);
    if (context.settings.offline) {
      throw new SelfsameError('WRONG_USE', 'witnesses cannot be asked with --offline', {
        hint: 'let them read a copy of the directory: selfsame log witness DIR',
      });
    }
    const { size, answers, cosigned } = await askWitnesses(
      resolve(context.cwd, directory),
      log,
      list.witnesses,
      context.signal,
    );
    const isQuorum = list.isQuorum(new Set(cosigned));
    const { style } = context;
    const end = isQuorum
      ? style.green(`${log.name}: ${size} entries, cosigned by as many as the list asks for`)
      : style.red(`${log.name}: ${size} entries, cosigned by fewer than the list asks for`);
    return {
      exitCode: isQuorum ? 0 : 1,
      data: {
        log: log.name,
        size,
        quorum: isQuorum,
        cosigned,
        witnesses: answers.map(({ witness, asked }) => ({
          name: witness.name,
          verifierKey: formatNoteKey(witness.key),
          ...asked,
          ...(asked.outcome === 'cosigned' && { signature: undefined }),
        })),
      },
      text: [...answers.map(answerText).map(printable), end],
    };
  },
};

function answerText({ witness: { name }, asked }: AskedOne): string {
  switch (asked.outcome) {
    case 'cosigned':
      return `${name}: cosigned`;
    case 'unavailable':
      return `${name}: did not cosign: ${asked.why}`;
    case 'refused':
      return `${name}: refuses: ${asked.why}`;
    case 'saw-more':
      return `${name}: has seen ${asked.size} entries already: this directory is an old copy, or the log was cut`;
    case 'saw-another':
      return `${name}: saw other entries than these among the first ${asked.size}: the log has two histories`;
    case 'not-believed':
      return `${name}: ${asked.why}`;
  }
}
