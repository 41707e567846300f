import type { Command } from '../command.js';

export const keyShowCommand: Command = {
  name: 'key show',
  summary: 'show the public half of a key',
  description:
    'Shows the public key of a key file (private or public) as policies write it, or as PEM for other programs. The private key is never shown.',
  arguments: [],
  options: [
    { flags: '--name <name>', description: 'a key made with "selfsame key new --name"' },
    { flags: '--key <file>', description: 'a key file (default: your only or default key)' },
    { flags: '--pem', description: 'as SubjectPublicKeyInfo PEM, as OpenSSL reads it' },
  ],
  examples: [
    { command: 'selfsame key show', does: 'show your public key' },
    {
      command: 'selfsame key show --pem | openssl pkey -pubin -outform DER | sha256sum',
      does: 'compute the key id with other programs',
    },
  ],
  async run(_args, options, context) {
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { keyFilePath, readPublicKey } = await import('../../record/key-file.js');
    const { chooseKeyFile, namedKeyFile } = await import('../../record/choose-key.js');
    const { formatPublicKey, publicKeyToPem } = await import('@selfsame/verify');
    const { name, key: file } = options;
    if (typeof name === 'string' && typeof file === 'string') {
      throw new SelfsameError('WRONG_USE', '--name and --key both say which key to show', {
        hint: 'give one of them',
      });
    }
    let path: string;
    if (typeof file === 'string') path = namedKeyFile(file, context.cwd, process.env);
    else
      path = typeof name === 'string' ? keyFilePath(name, process.env) : chooseKeyFile(process.env);
    const named = readPublicKey(path);
    const pem = publicKeyToPem(named.key);
    const publicKey = formatPublicKey(named.key);
    const text =
      options['pem'] === true
        ? pem.trimEnd().split('\n')
        : [`${publicKey}${named.name === undefined ? '' : ` ${named.name}`}`];
    return {
      exitCode: 0,
      data: { name: named.name, keyId: named.key.id, publicKey, pem, path },
      text,
    };
  },
};
