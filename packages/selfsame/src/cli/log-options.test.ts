import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../record/testing.js';
import { readFolder } from './log-options.js';
import { testCommandContext } from './testing.js';

it('refuses an attestations folder that is not there, instead of taking it for an empty one', async () => {
  using scratch = temporaryDirectory();
  const context = testCommandContext(scratch.path);
  await expect(readFolder({}, context)).rejects.toMatchObject({ code: 'ATTESTATION_READ' });
  await expect(readFolder({ attestations: 'mine' }, context)).rejects.toMatchObject({
    code: 'ATTESTATION_READ',
    message: `there is no attestations folder ${join(scratch.path, 'mine')}`,
  });
  mkdirSync(join(scratch.path, 'mine'));
  expect((await readFolder({ attestations: 'mine' }, context)).envelopes).toEqual([]);
});
