import { describe, expect, it } from 'vitest';
import { resolveSubmoduleUrl } from './submodules.js';

const resolve = (parent: string, url: string) => resolveSubmoduleUrl(parent, url, 'lib');

describe('the address of a submodule', () => {
  it('is relative to that of its repository', () => {
    expect(resolve('https://example.org/a/b.git', '../c.git')).toBe('https://example.org/a/c.git');
    expect(resolve('https://example.org/a/b.git/', './c')).toBe('https://example.org/a/b.git/c');
    expect(resolve('https://example.org/a/b', '../../x/y')).toBe('https://example.org/x/y');
    expect(resolve('file:///srv/a', '../b')).toBe('file:///srv/b');
  });

  it('is taken as it is otherwise', () => {
    expect(resolve('https://example.org/a', 'https://example.com/b')).toBe('https://example.com/b');
    expect(resolve('http://example.org/a', 'http://example.com/b')).toBe('http://example.com/b');
  });

  it.each([
    ['https://example.org/a', '../../../x'],
    ['https://example.org/a', 'file:///etc'],
    ['http://example.org/a', 'file:///etc'],
    ['https://example.org/a', 'http://example.org/b'],
    ['https://example.org/a', 'git://example.org/b'],
    ['https://example.org/a', 'https://me:secret@example.org/b'],
    ['https://example.org/a', 'git@example.org:b'],
    ['https://example.org/a', '-x'],
  ])('of %s cannot be %s', (parent, url) => {
    expect(() => resolve(parent, url)).toThrow(
      expect.objectContaining({ code: 'GIT_SUBMODULE_INVALID' }),
    );
  });
});
