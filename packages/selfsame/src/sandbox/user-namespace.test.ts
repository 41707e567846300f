import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

import { runInUserNamespace } from './user-namespace.js';
import { sandboxesWork } from './test-environment.js';

describe.skipIf(!sandboxesWork)('runInUserNamespace', () => {
  const directories: string[] = [];
  const fresh = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'selfsame-userns-'));
    directories.push(path);
    return path;
  };
  afterEach(async () => {
    for (const path of directories.splice(0)) {
      await runInUserNamespace(['rm', '-rf', '--', path]);
      rmSync(path, { recursive: true, force: true });
    }
  });

  it('is root with ids 0 to 65535, in a private directory of the caller', async () => {
    const directory = fresh();
    const script = 'id -u; touch a b; chown 0:0 a; chown 65534:65534 b; stat -c %u:%g a b';
    const result = await runInUserNamespace(['sh', '-c', script], { cwd: directory });
    expect(result.stdout.toString()).toBe('0\n0:0\n65534:65534\n');
    expect(result.exitCode).toBe(0);
  });

  it('passes input, environment, exit status and both streams', async () => {
    const options = {
      input: Buffer.from('some input'),
      env: { PATH: process.env['PATH'], GREETING: 'hello' },
    };
    const result = await runInUserNamespace(
      ['sh', '-c', 'cat; echo $GREETING >&2; exit 7'],
      options,
    );
    expect(result).toEqual({
      exitCode: 7,
      signal: null,
      stdout: Buffer.from('some input'),
      stderr: Buffer.from('hello\n'),
    });
  });

  it('takes a stream as input and does not mind a command that reads none of it', async () => {
    const chunk = Buffer.alloc(1 << 16);
    const endless = Readable.from(
      (function* () {
        for (let i = 0; i < 1000; i++) yield chunk;
      })(),
    );
    const result = await runInUserNamespace(['true'], { input: endless });
    expect(result.exitCode).toBe(0);
  });

  it('says which signal ended the command', async () => {
    const result = await runInUserNamespace(['sh', '-c', 'kill -TERM $$']);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  it('kills the command when aborted', async () => {
    const abort = new AbortController();
    const running = runInUserNamespace(['sh', '-c', 'echo ready; exec sleep 60'], {
      signal: abort.signal,
      onStdout: () => abort.abort(),
    });
    expect(await running).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('refuses output beyond the bound', async () => {
    const running = runInUserNamespace(['yes'], { maxOutputBytes: 1000 });
    await expect(running).rejects.toMatchObject({ code: 'SANDBOX_REQUEST_INVALID' });
  });

  it('names a command that is not there', async () => {
    const running = runInUserNamespace(['/nowhere/command']);
    await expect(running).rejects.toMatchObject({
      code: 'USER_NAMESPACE_UNAVAILABLE',
      message: expect.stringContaining('/nowhere/command: No such file or directory') as string,
    });
  });
});
