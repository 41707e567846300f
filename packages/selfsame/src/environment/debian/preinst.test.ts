import { describe, expect, it } from 'vitest';
import { actsOnInstall } from './preinst.js';

const generated = `#!/bin/sh
set -e
# Automatically added by dh_installdeb/13.11.4
dpkg-maintscript-helper rm_conffile /etc/apt/trusted.gpg.d/x.gpg 2023.3\\+deb12u1\\~\\~ -- "$@"
dpkg-maintscript-helper symlink_to_dir /usr/share/doc/x libx 1:4.4\\~ -- "$@"
# End automatically added section
`;

describe('preinst scripts on a first installation', () => {
  it('do nothing where there is none, or only what debhelper generates for upgrades', () => {
    expect(actsOnInstall('')).toBe(false);
    expect(actsOnInstall(generated)).toBe(false);
    expect(actsOnInstall('#! /bin/sh -e\n\nexit 0\n')).toBe(false);
  });

  it.each([
    ['another command', `${generated}dpkg-divert --add /bin/x\n`],
    ['a command after a helper', generated.replace('"$@"\n', '"$@"; touch /x\n')],
    ['a substitution', generated.replace('/etc/apt', '$(touch /x)')],
    ['a helper that is not known', generated.replace('rm_conffile', 'other_thing')],
    ['another interpreter', generated.replace('/bin/sh', '/usr/bin/perl')],
    ['a binary', '\u007fELF'],
  ])('may do something with %s', (_what, script) => {
    expect(actsOnInstall(script)).toBe(true);
  });
});
