import { describe, expect, it } from 'vitest';
import { fileNameOfUrl, isFileName, redactUrl, urlProblem } from './url.js';

describe('urlProblem', () => {
  it('lets ordinary addresses pass', () => {
    for (const url of ['https://example.org/a?b=c', 'http://[::1]:8080/', 'file:///srv/a%20b']) {
      expect(urlProblem(url)).toBeUndefined();
    }
  });

  it.each([
    'example.org/a',
    '//example.org/a',
    'ftp://example.org/',
    'javascript:alert(1)',
    'https://a:b@example.org/',
    'https://a@example.org/',
    'https://example.org/#',
    'https://example.org/\u0000',
    'https://example.org/\n',
    'https://example.org/a b',
    'file://host/a',
    `https://example.org/${'a'.repeat(3000)}`,
  ])('refuses %j', (url) => {
    expect(urlProblem(url)).toBeDefined();
  });
});

describe('redactUrl', () => {
  it('keeps what finds the problem and drops what may be secret', () => {
    expect(redactUrl('https://me:pass@example.org:8443/a/b?token=x')).toBe(
      'https://***@example.org:8443/a/b?***',
    );
    expect(redactUrl('not a url with secret')).not.toContain('secret');
  });
});

describe('fileNameOfUrl', () => {
  it('is the last part, decoded, if it is a plain name', () => {
    expect(fileNameOfUrl('https://example.org/x/a-1.0%2Bb.tar.gz?x=y')).toBe('a-1.0+b.tar.gz');
    for (const url of [
      'https://example.org/',
      'https://example.org/%2e%2e%2fa',
      'https://example.org/a%zz',
      'https://example.org/-x',
      'nonsense',
    ]) {
      expect(fileNameOfUrl(url)).toBeUndefined();
    }
  });

  it('never gives a name that means something else to a shell or file system', () => {
    for (const name of [
      '.',
      '..',
      '',
      'a/b',
      'a b',
      '-a',
      'a\n',
      '$(x)',
      "a'",
      'a\u0000',
      'x'.repeat(256),
    ]) {
      expect(isFileName(name)).toBe(false);
    }
  });
});
