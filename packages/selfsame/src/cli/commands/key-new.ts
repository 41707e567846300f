import { resolve } from 'node:path';
import type { Command } from '../command.js';

export const keyNewCommand: Command = {
  name: 'key new',
  summary: 'make a key pair to sign results with',
  description:
    'Makes an Ed25519 key pair: a private key that only you can read, and a public key to give to ' +
    'those whose policy should count your signatures. An existing file is never replaced.',
  arguments: [],
  options: [
    { flags: '--name <name>', description: 'name of the key, for people (default: "default")' },
    {
      flags: '--out <file>',
      description:
        'private key file (default: $XDG_CONFIG_HOME/selfsame/keys/NAME.key); the public key goes beside it, as .pub',
    },
  ],
  examples: [
    { command: 'selfsame key new', does: 'make your key' },
    {
      command: 'selfsame key new --name ci --out /run/secrets/ci.key',
      does: 'make a key for a builder, at a place of its own',
    },
  ],
  async run(_args, options, context) {
    const { DEFAULT_KEY_NAME, keyFilePath, publicKeyPath, writeKeyFiles } =
      await import('../../record/key-file.js');
    const { formatPublicKey } = await import('@selfsame/verify');
    const { PrivateKey } = await import('../../signing/private-key.js');
    const name = typeof options['name'] === 'string' ? options['name'] : DEFAULT_KEY_NAME;
    const out = options['out'];
    const path =
      typeof out === 'string' ? resolve(context.cwd, out) : keyFilePath(name, process.env);
    const key = PrivateKey.generate();
    await writeKeyFiles(path, key, name);
    const publicPath = publicKeyPath(path);
    const publicKey = formatPublicKey(key.publicKey);
    return {
      exitCode: 0,
      data: { name, keyId: key.publicKey.id, publicKey, path, publicPath },
      text: [
        `private key: ${path} (keep it secret, and keep a copy: it cannot be made again)`,
        `public key:  ${publicPath}`,
        '',
        'In a policy your signatures count with this line below "signers:":',
        `  ${name}: { key: "${publicKey}" }`,
      ],
    };
  },
};
