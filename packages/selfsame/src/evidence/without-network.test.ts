import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { build as bundle } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readLogCopy } from '../log/log-copy.js';
import { testLogPolicy, testLogRuleText } from '../log/testing.js';
import { temporaryDirectory } from '../record/testing.js';
import { packEvidence } from './pack-evidence.js';
import { testEvidenceFolder, testEvidenceSigners } from './testing.js';

// A network namespace of its own has no interface but a loopback that is down (network_namespaces(7)).
const flags = [['--net'], ['--user', '--map-root-user', '--net']].find(
  (some) => spawnSync('unshare', [...some, 'true']).status === 0,
);

/** Runs `selfsame evidence verify` on the words behind it, and says which network it saw. */
const program = `
  import { networkInterfaces } from 'node:os';
  import { createSocket } from 'node:dgram';
  import { evidenceVerifyCommand } from '../cli/commands/evidence-verify.js';
  import { plainStyle } from '../text/style.js';
  const [file, policy, at] = process.argv.slice(2);
  const signal = new AbortController().signal;
  const context = { cwd: process.cwd(), env: {}, signal, style: plainStyle, json: false };
  const { exitCode, data, text } = await evidenceVerifyCommand.run([file], { policy, at }, context);
  // An address of a network for examples (RFC 5737): nothing is sent, the kernel only looks for a way there.
  const socket = createSocket('udp4');
  const reach = await new Promise((done) => {
    socket.on('error', ({ code }) => done(code));
    socket.connect(9, '192.0.2.1', (error) => done(error?.code ?? 'reachable'));
  });
  socket.close();
  console.log(JSON.stringify({ exitCode, data, text, reach, interfaces: networkInterfaces() }));
`;

describe('evidence, with the network removed', () => {
  it('is verified with the same verdict', async ({ skip }) => {
    if (flags === undefined) skip('unshare can make no network namespace here');
    using scratch = temporaryDirectory();
    const rule = testLogRuleText('votes: required, complete: true');
    const made = await testEvidenceFolder(scratch.path, { rule });
    const policy = testLogPolicy(testEvidenceSigners, rule);
    const logs = [await readLogCopy(made.log, policy.log)];
    const file = join(scratch.path, 'evidence.json');
    writeFileSync(file, (await packEvidence({ ...made, policy, logs })).text);
    const child = join(scratch.path, 'verify.mjs');
    const require = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;
    await bundle({
      stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: child,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Some packages are CommonJS and ask for node's modules.
      banner: { js: require },
      alias: { '@selfsame/verify': join(import.meta.dirname, '../../../verify/src/index.ts') },
      logLevel: 'error',
    });
    const words = [execPath, child, file, made.policyPath, '2027-01-15T08:01:40Z'];
    const run = (command: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
        cwd: scratch.path,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    };
    const without = run(['unshare', ...(flags ?? []), '--', ...words]);
    expect(without).toMatchObject({
      exitCode: 0,
      data: { accepted: true, log: { splitViews: [], problems: [] } },
      reach: 'ENETUNREACH',
      interfaces: {},
    });
    const { reach: _, interfaces: __, ...verdict } = run(words);
    expect(without).toMatchObject(verdict);
  });
});
