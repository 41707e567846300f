import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { certifiedKey, parseCertificate, type CertificateAuthority } from './certificate.js';
import { der, pemOf, testCertificate, testPair, type TestCertificate } from './testing.js';
import { certificateOf, key, leaf, pair, root, TIME } from './testing-bundles.js';

const [authority] = root.authorities as readonly [CertificateAuthority];
const ask = (
  changes: Partial<TestCertificate> = {},
  authorities: readonly CertificateAuthority[] = [authority],
  time = TIME,
) => certifiedKey(parseCertificate(certificateOf(changes)), authorities, time);

describe('parseCertificate', () => {
  it('reads the one spelling of one certificate', () => {
    const bytes = certificateOf();
    expect(Buffer.compare(parseCertificate(bytes).raw, bytes)).toBe(0);
    for (const other of [
      Buffer.concat([bytes, Buffer.of(0)]),
      Buffer.concat([bytes, bytes]),
      Buffer.from(pemOf('CERTIFICATE', bytes)),
      bytes.subarray(1),
    ]) {
      expect(codeOf(() => parseCertificate(other))).toBe('CERTIFICATE_INVALID');
    }
  });
});

describe('certifiedKey', () => {
  it('is the key of the leaf with who its holder is, and who said so', () => {
    expect(ask()).toEqual({ key, identity: leaf.identity, issuer: leaf.issuer });
  });

  it('knows e-mail addresses, and no other names', () => {
    const identity = 'someone@example.org';
    expect(ask({ identity, identityTag: 0x81 }).identity).toBe(identity);
    // RFC 5280 §4.2.1.6: [2] is the name of a host.
    expect(codeOf(() => ask({ identity, identityTag: 0x82 }))).toBe('CERTIFICATE_INVALID');
  });

  it('reads the issuer from the older extension only where the newer one is not there', () => {
    const older = [['2b0601040183bf300101', Buffer.from('https://older.example')]] as const;
    const { issuer, ...rest } = leaf;
    const without = testCertificate({ ...rest, more: older }, pair.publicKey, middle);
    const [own] = [authorityOf(long)];
    expect(certifiedKey(parseCertificate(without), [own], TIME).issuer).toBe(
      'https://older.example',
    );
    expect(ask({ more: older }).issuer).toBe(issuer);
  });

  const long = { since: 1_600_000_000, until: 2_000_000_000, isAuthority: true };
  const pairs = { root: testPair(), middle: testPair() };
  const middle = { name: 'middle', key: pairs.middle.privateKey };
  /** An authority of its own, with this certificate between leaf and root. */
  function authorityOf(between: Partial<TestCertificate>): CertificateAuthority {
    const issuer = { name: 'root', key: pairs.root.privateKey };
    const chain = [
      testCertificate({ ...long, ...between, name: 'middle' }, pairs.middle.publicKey, issuer),
      testCertificate({ ...long, name: 'root' }, pairs.root.publicKey, issuer),
    ];
    return { chain: chain.map(parseCertificate), since: 0, until: undefined };
  }
  const issued = parseCertificate(testCertificate(leaf, pair.publicKey, middle));

  it('wants every certificate of the chain to be an authority’s', () => {
    expect(certifiedKey(issued, [authorityOf({})], TIME).key).toEqual(key);
    const noAuthority = authorityOf({ isAuthority: false });
    expect(codeOf(() => certifiedKey(issued, [noAuthority], TIME))).toBe('CERTIFICATE_INVALID');
  });

  it('wants every certificate of the chain to be valid then, the first and last second included', () => {
    for (const [since, until, answer] of [
      [TIME, TIME, 'accepted'],
      [TIME + 1, TIME + 2, 'CERTIFICATE_INVALID'],
      [TIME - 2, TIME - 1, 'CERTIFICATE_INVALID'],
    ] as const) {
      expect(codeOf(() => certifiedKey(issued, [authorityOf({ since, until })], TIME))).toBe(
        answer,
      );
      expect(codeOf(() => ask({ since, until }))).toBe(answer);
      expect(codeOf(() => ask({}, [{ ...authority, since, until }]))).toBe(answer);
    }
  });

  it('takes no authority for a signer, even one that may sign code', () => {
    expect(codeOf(() => ask({ isAuthority: true, usage: '2b06010505070303' }))).toBe(
      'CERTIFICATE_INVALID',
    );
  });

  it('takes no certificate that names nobody', () => {
    const nobody: TestCertificate = {
      name: '',
      isAuthority: false,
      since: TIME - 1,
      until: TIME + 1,
      issuer: 'https://token.example',
    };
    const bytes = testCertificate(nobody, pair.publicKey, middle);
    expect(codeOf(() => certifiedKey(parseCertificate(bytes), [authorityOf({})], TIME))).toBe(
      'CERTIFICATE_INVALID',
    );
  });

  it('takes no certificate that says one thing twice, or not what it is for', () => {
    const issuer = der(12, Buffer.from('https://other.example'));
    expect(codeOf(() => ask({ more: [['2b0601040183bf300108', issuer]] }))).toBe(
      'CERTIFICATE_INVALID',
    );
    expect(codeOf(() => ask({ usage: '2b06010505070304' }))).toBe('CERTIFICATE_INVALID');
  });
});
