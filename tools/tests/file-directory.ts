// A temporary directory for each file of tests: no name in it, and nothing left in it, is that of another that runs now.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'f-'));
chmodSync(env['TMPDIR'], 0o1777);
