// The program in-toto-verify (Debian package in-toto) on layouts and links that we and gpg sign.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { olpcJsonBytes, parseMetablock, type JsonObject, type Metablock } from '@selfsame/verify';
import { formatMetablock, openPgpMetablockSignature } from '../../signing/in-toto.js';
import { inTotoOpenPgpKey, parseInTotoKey } from './layout-key.js';
import { layoutDocument } from './layout.js';
import { parseOpenPgpKeys, parseOpenPgpSignature } from './openpgp.js';
import { ed25519Functionary, testLink } from './testing.js';
import { verifyLayout } from './verify-layout.js';

const hasInToto = spawnSync('in-toto-verify', ['--version']).status === 0;
const NOW = 1_800_000_000;
const owner = ed25519Functionary('owner');

describe.skipIf(!hasInToto)('in-toto-verify, the program', () => {
  const verify = (place: string, ...options: string[]) =>
    spawnSync('in-toto-verify', ['-l', join(place, 'root.layout'), ...options], {
      cwd: place,
      encoding: 'utf8',
    });

  it('accepts layouts and links that are signed with Ed25519', () => {
    const place = mkdtempSync(join(tmpdir(), 'in-toto-program-'));
    onTestFinished(() => {
      rmSync(place, { recursive: true });
    });
    const [a, b] = [ed25519Functionary('a'), ed25519Functionary('b')];
    const signed = layoutDocument({
      expires: 4_000_000_000,
      keys: [a.object, b.object],
      steps: [
        {
          name: 'rebuild',
          threshold: 2,
          keyIds: [a.id, b.id],
          materials: [],
          products: [
            ['CREATE', '*.deb'],
            ['DISALLOW', '*'],
          ],
        },
      ],
    });
    writeFileSync(join(place, 'root.layout'), formatMetablock(owner.sign(signed)));
    writeFileSync(join(place, 'owner.pub'), JSON.stringify(owner.object));
    const link = (product: string) => testLink('rebuild', {}, { 'é_1%3a2_all.deb': product });
    for (const person of [a, b]) {
      writeFileSync(
        join(place, `rebuild.${person.id.slice(0, 8)}.link`),
        formatMetablock(person.sign(link('good'))),
      );
    }
    expect(verify(place, '-k', 'owner.pub', '-t', 'ed25519')).toMatchObject({ status: 0 });
    writeFileSync(
      join(place, `rebuild.${b.id.slice(0, 8)}.link`),
      formatMetablock(b.sign(link('bad'))),
    );
    expect(verify(place, '-k', 'owner.pub', '-t', 'ed25519').status).toBe(1);
  });

  it.skipIf(spawnSync('gpg', ['--version']).status !== 0).each(['rsa2048', 'ed25519'])(
    'accepts what gpg signed with %s, and so do we',
    (algorithm) => {
      // gpg's agent wants a short path for its socket.
      const place = mkdtempSync(join(tmpdir(), 'gpg-'));
      const gpg = (args: readonly string[], input: Uint8Array | string = '') =>
        execFileSync(
          'gpg',
          ['--homedir', place, '--batch', '--passphrase', '', '--quiet', ...args],
          {
            input,
            stdio: ['pipe', 'pipe', 'ignore'],
          },
        );
      try {
        // On a busy machine the agent may take longer to start than gpg waits for it.
        const launch = ['--homedir', place, '--launch', 'gpg-agent'];
        for (let n = 0; n < 5 && spawnSync('gpgconf', launch).status !== 0; n += 1);
        gpg(['--quick-gen-key', 'Rebuilder <r@example.org>', algorithm, 'sign', 'never']);
        const [primary] = parseOpenPgpKeys(gpg(['--export']));
        if (primary === undefined) expect.unreachable();
        const list = gpg(['--list-keys', '--with-colons']).toString();
        expect(list.toLowerCase()).toContain(primary.fingerprint);
        const object = inTotoOpenPgpKey(primary);
        const signBlock = (signed: JsonObject): Metablock => {
          const payload = olpcJsonBytes(signed);
          const signature = parseOpenPgpSignature(
            gpg(['--detach-sign', '--digest-algo', 'SHA256'], payload),
          );
          expect(signature.fingerprint).toBe(primary.fingerprint);
          expect(Math.abs((signature.created ?? 0) - primary.created)).toBeLessThan(600);
          return {
            signed,
            payload,
            signatures: [openPgpMetablockSignature(primary.fingerprint, signature)],
          };
        };
        const signed = layoutDocument({
          expires: 4_000_000_000,
          keys: [object],
          steps: [
            {
              name: 'one',
              threshold: 1,
              keyIds: [primary.fingerprint],
              materials: [],
              products: [],
            },
          ],
        });
        const layout = formatMetablock(signBlock(signed));
        const link = formatMetablock(signBlock(testLink('one', {}, { 'a.deb': 'x\ny "quoted"' })));
        writeFileSync(join(place, 'root.layout'), layout);
        writeFileSync(join(place, `one.${primary.fingerprint.slice(0, 8)}.link`), link);
        const gpgOptions = ['--gpg', primary.fingerprint, '--gpg-home', place];
        expect(verify(place, ...gpgOptions)).toMatchObject({ status: 0 });
        const key = parseInTotoKey(object, primary.fingerprint, []);
        const question = {
          keys: [key],
          now: NOW,
          evidence: [{ step: 'one', block: parseMetablock(link) }],
        };
        expect(verifyLayout(parseMetablock(layout), question).accepted).toBe(true);
        const altered = parseMetablock(
          layout.replace('4000000000', '4000000001').replace('2096', '2095'),
        );
        expect(verifyLayout(altered, question).problems).toEqual([
          { reason: 'layout-signature', key: primary.fingerprint },
        ]);
      } finally {
        spawnSync('gpgconf', ['--homedir', place, '--kill', 'all']);
        rmSync(place, { recursive: true, force: true });
      }
    },
  );
});
