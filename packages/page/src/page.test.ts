import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalDigest, judgeEvidence, parseEvidence } from '@selfsame/verify';
import { formatEvidence } from '../../selfsame/src/evidence/format-evidence.js';
import { packEvidence } from '../../selfsame/src/evidence/pack-evidence.js';
import { testEvidenceFolder, testEvidenceSigners } from '../../selfsame/src/evidence/testing.js';
import { testLogPolicy, testLogRuleText } from '../../selfsame/src/log/testing.js';
import { Browser, chromium } from '../../selfsame/src/util/testing-browser.js';

const root = join(import.meta.dirname, '../../..');
const rule = testLogRuleText();
let scratch: string;
let page: string;
let evidence: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'selfsame-page-test-'));
  page = join(scratch, 'page.html');
  const bundled = spawnSync(process.execPath, [join(root, 'tools/bundle-page.js'), page]);
  expect(bundled.stderr.toString()).toBe('');
  const made = await testEvidenceFolder(scratch, { rule, contents: ['x', 'x', 'y'] });
  const policy = testLogPolicy(testEvidenceSigners, rule);
  evidence = join(scratch, 'pigz.evidence.json');
  writeFileSync(evidence, (await packEvidence({ ...made, policy, logs: [] })).text);
  writeFileSync(join(scratch, 'good.tar.gz'), '2.8 x');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the page', () => {
  it('is one file that forbids itself everything but its own script and style', () => {
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    expect(html).not.toMatch(/\b(?:src|href)="/);
    expect(html.match(/<script/g)).toHaveLength(1);
  });
});

describe.skipIf(chromium === undefined)('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start(chromium ?? '');
  });
  afterAll(async () => browser[Symbol.asyncDispose]());

  const open = async () => browser.open(pathToFileURL(page).href);
  const choose = async (...files: readonly string[]) => {
    const { root: top } = (await browser.send('DOM.getDocument')) as { root: { nodeId: number } };
    const selector = { nodeId: top.nodeId, selector: '#choose' };
    const { nodeId } = await browser.send('DOM.querySelector', selector);
    await browser.send('DOM.setFileInputFiles', { nodeId, files });
  };
  const text = async (id: string) =>
    String(await browser.evaluate(`document.getElementById('${id}').innerText`));

  it('gives the verdict of the command line, with every signature checked by the browser', async () => {
    await open();
    await choose(evidence);
    await browser.until(`document.querySelector('.final')`);
    const { accepted, builds, policyDigest } = judgeEvidence(
      parseEvidence(readFileSync(evidence)),
      { policyOfFile: true },
      Math.floor(Date.now() / 1000),
    );
    const shown = await text('result');
    expect(accepted).toBe(false);
    expect(builds[0]?.verdict.definitions[0]?.artifacts[0]?.reason).toBe('dissent');
    expect(shown).toContain('dissent');
    expect(shown).toContain('Refused under this policy');
    expect(shown).toContain('assumed sound');
    expect(await text('trust')).toContain(policyDigest);
    expect(await browser.evaluate(`document.body.dataset.trust`)).toBe('unknown');
    await browser.evaluate(
      `expected.value = '${policyDigest}'; expected.dispatchEvent(new Event('input'))`,
    );
    expect(await browser.evaluate(`document.body.dataset.trust`)).toBe('good');
    await browser.evaluate(
      `expected.value = '${'a'.repeat(64)}'; expected.dispatchEvent(new Event('input'))`,
    );
    expect(await browser.evaluate(`document.body.dataset.trust`)).toBe('bad');
  });

  it('takes what is dropped on it, and says whether a file is what the signers got', async () => {
    const document = parseEvidence(readFileSync(evidence));
    const policy = { ...document.policy, dissent: 'note' };
    const noted = join(scratch, 'noted.evidence.json');
    writeFileSync(noted, formatEvidence({ ...document, policy }));
    await open();
    const drop = async (file: string) => {
      const data = { items: [], files: [file], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop']) {
        await browser.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
      }
    };
    await drop(noted);
    await browser.until(`document.querySelector('.final')`);
    expect(await text('result')).toContain('Accepted under this policy: all 2 builds.');
    expect(await text('trust')).toContain(canonicalDigest(policy));
    await drop(join(scratch, 'good.tar.gz'));
    await browser.until(`document.querySelector('#files .sentence')`);
    expect(await text('files')).toMatch(/^accepted: good\.tar\.gz is pigz\.tar\.gz of pigz 2\.8/);
  });

  it('counts no signature that the browser finds wrong', async () => {
    const document = parseEvidence(readFileSync(evidence));
    const builds = document.builds.map((one) => ({
      ...one,
      attestations: one.attestations.map((envelope) => {
        const [{ keyId, signature }] = envelope.signatures;
        const altered = signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte));
        return { ...envelope, signatures: [{ keyId, signature: altered }] as const };
      }),
    }));
    const bad = join(scratch, 'bad.evidence.json');
    writeFileSync(bad, formatEvidence({ ...document, builds }));
    await open();
    await choose(bad);
    await browser.until(`document.querySelector('.final')`);
    const shown = await text('result');
    expect(shown).toContain('Refused');
    expect(shown).toContain('a signature said to be by alice, bob does not fit');
  });

  it('names what is no evidence, shows names as text, and asks the network for nothing', async () => {
    const broken = join(scratch, 'broken.evidence.json');
    writeFileSync(broken, '{"builds":[],"x":"<img src=x onerror=alert(1)>"}');
    await open();
    await choose(broken);
    await browser.until(`document.querySelector('.final')`);
    expect(await text('result')).toContain('Not judged');
    expect(await browser.evaluate(`document.querySelectorAll('img').length`)).toBe(0);
    const tried = `fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')`;
    expect(await browser.evaluate(tried)).toBe('refused');
    const others = browser.requests.filter((url) => !url.startsWith(pathToFileURL(scratch).href));
    // The attempt above is stopped by the page's policy before anything is sent.
    expect(others.filter((url) => url !== 'http://127.0.0.1:9/')).toEqual([]);
    expect(browser.complaints.filter((line) => !line.includes('127.0.0.1:9'))).toEqual([]);
  });
});
