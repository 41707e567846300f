import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';

import { CheckRoom, made, sandboxesWork, testSeed } from '../testing.js';
import { variationNamed } from '../variations/variations.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasFakeroot = spawnSync('fakeroot', ['--version']).status === 0;

/** What each of the four calls says, by the name of its error. */
const probe = `
import errno, os
def told(call, *arguments, **more):
    try:
        call(*arguments, **more)
        return 'done'
    except OSError as error:
        return errno.errorcode[error.errno]
me = (os.getuid(), os.getgid())
open('file', 'w').close()
os.symlink('nowhere', 'link')
here = os.open('.', os.O_RDONLY)
answers = [told(os.chown, 'file', 0, 0), told(os.lchown, 'link', 0, -1), told(os.fchown, os.open('file', os.O_RDONLY), -1, 0)]
answers += [told(os.chown, 'file', 0, 0, dir_fd=here), told(os.chown, 'link', 0, 0), told(os.chown, 'none', 0, 0), told(os.fchown, 99, 0, 0)]
answers += [told(os.chown, 'file', *me), told(os.fchown, here, -1, -1), told(os.chown, 'none', *me)]
open('seen', 'w').write(' '.join(answers))
`;

describe.skipIf(!sandboxesWork)('builds of a user with one id', () => {
  const room = new CheckRoom();
  afterAll(() => room.dispose());

  it.skipIf(!hasPython)('cannot give files away, as on a machine', async () => {
    const cwd = room.tree('own', { 'probe.py': probe });
    const builder = await room.builder(cwd, ['python3', 'probe.py']);
    const user = variationNamed('user-group').apply(builder.base, builder.host, testSeed);
    const run = await builder.build(user, ['user-group'], 'own');
    expect(made(run, 'seen')).toBe('EPERM EPERM EPERM EPERM ENOENT ENOENT EBADF done done ENOENT');
  });

  it.skipIf(!hasFakeroot)(
    'can under fakeroot, as packages of distributions are built',
    async () => {
      const cwd = room.tree('fake', {});
      const script = 'touch x && chown 0:0 x && chown 33:34 . && stat -c "%u %g" x . >seen';
      const builder = await room.builder(cwd, ['fakeroot', 'sh', '-c', script]);
      const user = variationNamed('user-group').apply(builder.base, builder.host, testSeed);
      const run = await builder.build(user, ['user-group'], 'fake');
      expect(run.outcome).toEqual({ type: 'built' });
      expect(made(run, 'seen')).toBe('0 0\n33 34\n');
    },
  );
});
