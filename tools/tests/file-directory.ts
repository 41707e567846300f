// A temporary directory for each file of tests: no name in it, and nothing left in it, is that of another that runs now.
// What tests make for other accounts can be read by them, whoever runs the tests.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, umask } from 'node:process';

umask(0o022);
env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'f-'));
chmodSync(env['TMPDIR'], 0o1777);
