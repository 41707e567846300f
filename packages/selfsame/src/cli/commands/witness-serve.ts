import { resolve } from 'node:path';
import type { NoteKey } from '@selfsame/verify';
import type { WitnessAnswer } from '../../log/answer-log.js';
import type { Command } from '../command.js';
import { keyOf, keyOption } from '../log-options.js';
import { all, one } from '../option-values.js';

export const witnessServeCommand: Command = {
  name: 'witness serve',
  summary: 'cosign, over HTTP, what logs send',
  description:
    'Answers POST /add-checkpoint (C2SP tlog-witness): cosigns a checkpoint of a log named here when it continues the ' +
    'one cosigned before, and nothing else. What was cosigned is on the disk before the answer leaves, in the state ' +
    'directory: a witness that loses it must not go on under its name. It serves plain HTTP on this machine alone; a ' +
    'web server with TLS opens it to others. Ends with exit code 0 when it is interrupted.',
  arguments: [],
  options: [
    {
      flags: '--log <vkey>',
      description: 'verifier key of a log to cosign: NAME+HASH+KEY',
      repeatable: true,
    },
    { flags: '--name <name>', description: 'your name as a witness, for ever' },
    { flags: '--state <dir>', description: 'what you cosigned last, a file for each log' },
    {
      flags: '--listen <host:port>',
      description: 'where to listen (default: 127.0.0.1:8480; port 0: any that is free)',
    },
    keyOption,
  ],
  examples: [
    {
      command:
        'selfsame witness serve --name witness.example.net --state ~/witness --log log.example.org/claims+5e1ac9f3+AdW…',
      does: 'cosign for one log',
    },
  ],
  async run(_args, options, context) {
    const { existsSync } = await import('node:fs');
    const { formatNoteKey } = await import('@selfsame/verify');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { checkService, statePath } = await import('../../log/answer-log.js');
    const { serveWitness } = await import('../../log/witness-server.js');
    const [name, state] = [one(options, 'name'), one(options, 'state')];
    if (name === undefined || state === undefined) {
      throw new SelfsameError('WRONG_USE', 'a witness has a name and a memory', {
        hint: 'give both: --name witness.example.net --state DIR',
      });
    }
    const logs = await logKeys(all(options, 'log'));
    const { host, port } = await addressOf(one(options, 'listen') ?? '127.0.0.1:8480');
    const key = await keyOf(options, context);
    const service = { name, key, logs, directory: resolve(context.cwd, state) };
    const verifier = formatNoteKey(checkService(service));
    const { emit } = await context.engine();
    for (const log of new Set(logs.map((one) => one.name))) {
      if (existsSync(statePath(service.directory, log))) continue;
      const message = `nothing is remembered of ${log}: its first checkpoint is cosigned as it comes`;
      emit({ type: 'notice', level: 'warning', message });
    }
    const count = { cosigned: 0, refused: 0 };
    const server = await serveWitness(service, {
      host,
      port,
      now: () => Math.floor(Date.now() / 1000),
      onAnswer: (answer) => {
        if (answer.outcome === 'cosigned') count.cosigned += 1;
        else count.refused += 1;
        emit({ type: 'notice', ...noticeOf(answer) });
      },
    });
    emit({ type: 'notice', level: 'info', message: `${verifier} listens at ${server.url}` });
    await new Promise<void>((done) => {
      if (context.signal.aborted) done();
      context.signal.addEventListener('abort', () => done(), { once: true });
    });
    await server.close();
    return { exitCode: 0, data: { verifierKey: verifier, ...count }, text: [] };
  },
};

type Notice = {
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly hint?: string;
};

function noticeOf(answer: WitnessAnswer | { outcome: 'failed'; error: unknown }): Notice {
  switch (answer.outcome) {
    case 'cosigned':
      return { level: 'info', message: `cosigned ${answer.log} with ${answer.size} entries` };
    case 'malformed':
    case 'unknown-log':
      return { level: 'info', message: `refused a request: ${answer.why}` };
    case 'not-signed':
      return { level: 'warning', message: `refused ${answer.log}: ${answer.why}` };
    case 'other-size':
      return {
        level: 'info',
        message: `told ${answer.log} that ${answer.size} entries were cosigned last`,
      };
    case 'wrong-proof':
      return {
        level: 'warning',
        message: `refused ${answer.log}, which does not show that it continues what it was: ${answer.why}`,
      };
    case 'two-trees':
      return {
        level: 'warning',
        message: `${answer.log} signed two trees of ${answer.size} entries: ${answer.checkpoints.map((one) => JSON.stringify(one)).join(' and ')}`,
        hint: 'keep both, they prove it to everybody; do not trust this log any more',
      };
    case 'failed': {
      const { error } = answer;
      return {
        level: 'warning',
        message: `a request could not be answered: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
}

async function logKeys(texts: readonly string[]): Promise<readonly NoteKey[]> {
  const { parseNoteKey, VerifyError } = await import('@selfsame/verify');
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const hint = 'give those that operators of logs publish: --log NAME+HASH+KEY';
  if (texts.length === 0) {
    throw new SelfsameError('WRONG_USE', 'a witness cosigns for logs that it knows', { hint });
  }
  return texts.map((text) => {
    try {
      return parseNoteKey(text);
    } catch (cause) {
      if (!(cause instanceof VerifyError)) throw cause;
      const message = `${JSON.stringify(text)} is no verifier key: ${cause.message}`;
      throw new SelfsameError('WRONG_USE', message, { hint, cause });
    }
  });
}

async function addressOf(text: string): Promise<{ readonly host: string; readonly port: number }> {
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const [, host, digits] = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new SelfsameError('WRONG_USE', `${JSON.stringify(text)} is not an address and port`, {
      hint: 'give both: --listen 127.0.0.1:8480',
    });
  }
  return { host: host.replace(/^\[|\]$/g, ''), port };
}
