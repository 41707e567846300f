import { afterEach, describe, expect, it, vi } from 'vitest';
import { git, gitEnvironment, shorten } from './git-command.js';

describe('git', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const { signal } = new AbortController();

  it('says when it is not installed', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    await expect(git(undefined, ['--version'], signal)).rejects.toMatchObject({
      code: 'GIT_NOT_INSTALLED',
    });
  });

  it('takes no configuration or variables of the person', async () => {
    vi.stubEnv('GIT_DIR', '/somewhere');
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_SSH_COMMAND', 'touch /tmp/x');
    const environment = gitEnvironment();
    expect(environment).not.toHaveProperty('GIT_DIR');
    expect(environment).not.toHaveProperty('GIT_CONFIG_COUNT');
    expect(environment).not.toHaveProperty('GIT_SSH_COMMAND');
    const result = await git(undefined, ['config', '--list', '--show-scope'], signal);
    const text = result.ok ? result.stdout.toString() : '';
    // Left is what this checkout says, if it is one.
    const scopes = text.split('\n').map((line) => line.split('\t')[0] ?? '');
    expect(scopes).not.toContain('global');
    expect(scopes).not.toContain('system');
    expect(scopes).toContain('command');
  });

  it('stops when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(git(undefined, ['--version'], controller.signal)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('keeps control characters and secrets out of what it quotes', () => {
    expect(shorten('a\nb\u001b[31mred\nfatal: https://me:secret@example.org/\n\n')).toBe(
      'a; b [31mred; fatal: https://***@example.org/',
    );
  });
});
