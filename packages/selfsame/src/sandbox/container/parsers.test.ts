import { describe, expect, it } from 'vitest';

import { apparmorRemedy } from '../host-checks.js';
import { explainStartFailure } from '../ends/could-not-start.js';
import { sandboxesWork } from '../test-environment.js';
import { parseMounts } from './cgroup.js';
import { frameRequest, SpecWriter } from './spec.js';
import { StatusReader } from './status.js';

describe('parseMounts', () => {
  it('finds control groups of both versions and nothing else', () => {
    const text = [
      '22 1 0:20 / /proc rw - proc proc rw',
      '30 22 0:26 /docker/abc /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory',
      '31 22 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate',
      'nonsense',
      '',
    ].join('\n');
    expect(parseMounts(text)).toEqual([
      {
        root: '/docker/abc',
        at: '/sys/fs/cgroup/memory',
        type: 'cgroup',
        options: ['rw', 'memory'],
      },
      { root: '/', at: '/sys/fs/cgroup/unified', type: 'cgroup2', options: ['rw', 'nsdelegate'] },
    ]);
  });
});

describe('StatusReader', () => {
  it('takes lines in pieces and drops what it does not know', () => {
    const reader = new StatusReader();
    const text =
      '{"type":"not-fixed","what":"\\u00c3\\u00a9"}\n{"type":"started"}\nnot json\n[]\n{"type":"ended","how":"exploded","value":1,"peakMemory":0}\n' +
      '{"type":"ended","how":"exited","value":3,"peakMemory":7}\n';
    for (const byte of Buffer.from(text)) reader.take(Uint8Array.of(byte));
    expect(reader.report).toEqual({
      started: true,
      notStarted: undefined,
      notFixed: ['é'],
      readOnly: [],
      ended: { how: 'exited', value: 3, peakMemory: 7 },
    });
  });

  it('takes no more than 1 MiB', () => {
    const reader = new StatusReader();
    reader.take(new Uint8Array(2 ** 20 + 1));
    reader.take(Buffer.from('\n{"type":"started"}\n'));
    expect(reader.report.started).toBe(false);
  });
});

describe('frameRequest', () => {
  it('is magic, two lengths and two runs of strings', () => {
    const bytes = frameRequest(new SpecWriter().add('a', 1), new SpecWriter().add('key', 'é', ''));
    expect(bytes.toString('latin1')).toBe(
      'SSN1\x04\0\0\0\x08\0\0\0a\x001\0key\0' + Buffer.from('é').toString('latin1') + '\0\0',
    );
  });

  it('refuses what the programs would not take', () => {
    const large = new SpecWriter().add('key', 'x'.repeat(16 * 2 ** 20));
    expect(() => frameRequest(large, new SpecWriter())).toThrow(
      expect.objectContaining({ code: 'SANDBOX_REQUEST_INVALID' }),
    );
  });
});

describe('explainStartFailure', () => {
  it.each([
    ['user-namespace', 'max_user_namespaces'],
    ['namespace-powerless', 'apparmor_restrict_unprivileged_userns'],
    ['id-range', 'usermod --add-subuids'],
    ['mapper-missing', 'apt-get install uidmap'],
    ['overlay', 'SELFSAME_STORE'],
  ])('has a remedy for %s', (stage, remedy) => {
    const failure = explainStartFailure(
      `noise\nselfsame-ns: ${stage}: something: Permission denied\n`,
    );
    expect(failure).toMatchObject({ stage, reason: 'something: Permission denied' });
    expect(failure?.hint).toContain(remedy);
  });

  it('does not take other programs for ours', () => {
    expect(explainStartFailure('bwrap: user-namespace: x')).toBeUndefined();
  });
});

describe.skipIf(!sandboxesWork)('the remedy for AppArmor', () => {
  it('allows our program and no other', () => {
    expect(apparmorRemedy()).toMatch(
      /profile selfsame-ns "\/.*\/selfsame-ns" flags=\(unconfined\) \{ userns, \}/,
    );
  });
});
