import { chmodSync } from 'node:fs';
import { createMessage, sign } from 'openpgp';
import { afterEach, expect, it } from 'vitest';
import { made, newOpenPgpKey, testFolder } from '../testing.js';
import { openGpgKey } from './gpg.js';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

const data = Buffer.from('list');

/** A signature whose last byte is that of a line feed: one in 256 is. */
async function endingInLineFeed(key: Awaited<ReturnType<typeof newOpenPgpKey>>): Promise<Buffer> {
  for (let second = 0; second < 5000; second += 1) {
    const message = await createMessage({ binary: data });
    const date = new Date((made + second) * 1000);
    const options = { message, signingKeys: key, detached: true, date } as const;
    const signature = Buffer.from((await sign({ ...options, format: 'binary' })) as Uint8Array);
    if (signature.at(-1) === 0x0a) return signature;
  }
  throw new Error('no signature of 5000 ends so');
}

it('keeps the last byte of a signature, whatever it is', async () => {
  using folder = testFolder();
  const key = await newOpenPgpKey();
  const signature = await endingInLineFeed(key);
  folder.write('key', key.toPublic().write());
  folder.write('sig', signature);
  const program = folder.write(
    'gpg',
    '#!/bin/sh\nd=${0%/*}\ncase "$*" in *--export*) cat "$d/key";; *) cat "$d/sig"; cat > /dev/null;; esac\n',
  );
  chmodSync(program, 0o755);
  process.env['PATH'] = `${folder.path}:${path ?? ''}`;
  const opened = await openGpgKey('tester', made + 10_000);
  expect(await opened.sign(data, 'binary')).toEqual(signature);
});

it('says so when gpg is not there', async () => {
  using folder = testFolder();
  process.env['PATH'] = folder.path;
  await expect(openGpgKey('tester', made)).rejects.toMatchObject({
    code: 'SIGN_PROGRAM',
    message: 'gpg: it is not installed',
  });
});
