import { resolve } from 'node:path';
import type { Command } from '../command.js';

export const rosterSignCommand: Command = {
  name: 'roster sign',
  summary: 'sign a version of a roster as one of its owners',
  description:
    'Reads a roster written in YAML and prints one line for the roster file: the roster in its canonical form ' +
    'with your signature. Every owner signs the same draft, and all lines together are the new version.',
  arguments: [{ syntax: '<draft>', description: 'the roster, in YAML', complete: 'files' }],
  options: [
    {
      flags: '--key <file>',
      description: 'your private key, by file or name (default: your only or default key)',
    },
  ],
  examples: [
    {
      command: 'selfsame roster sign roster.yaml >> roster.jsonl',
      does: 'add your signature to the file that you publish',
    },
  ],
  async run([draft = ''], options, context) {
    const { readPrivateKey } = await import('../../record/key-file.js');
    const { chooseKeyFile, namedKeyFile } = await import('../../record/choose-key.js');
    const { signRosterDraft } = await import('../../record/roster-file.js');
    const { key: file } = options;
    const path =
      typeof file === 'string'
        ? namedKeyFile(file, context.cwd, context.env)
        : chooseKeyFile(context.env);
    const { key } = readPrivateKey(path);
    const { roster, sha256, line } = signRosterDraft(resolve(context.cwd, draft), draft, key);
    const isOwner = roster.owners.keys.some(({ id }) => id === key.publicKey.id);
    return {
      exitCode: 0,
      data: { version: roster.version, sha256, keyId: key.publicKey.id, isOwner, line },
      text: [line],
    };
  },
};
