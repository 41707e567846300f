import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, chromium } from '../../util/testing-browser.js';
import {
  testArtifact,
  testCheckReport,
  testCompareReport,
  testDifference,
  testFinding,
} from '../testing.js';
import { checkHtml } from './check-html.js';
import { compareHtml } from './compare-html.js';

/** Run in the page: texts whose contrast to what is behind them is below 4.5 (WCAG 2.1, 1.4.3). */
const lowContrast = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const paper = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  const look = (element, style, back, text) => {
    const [one, other] = [light(parse(style.color)), light(back)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) low.push(ratio.toFixed(2) + ' ' + element.className + ' ' + text.slice(0, 40));
  };
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.data.trim() === '') continue;
    const style = getComputedStyle(node.parentElement);
    if (style.fontSize === '0px') continue;
    seen += 1;
    look(node.parentElement, style, paper(node.parentElement), node.data);
  }
  for (const mark of document.querySelectorAll('.m')) {
    const style = getComputedStyle(mark, '::before');
    const own = parse(style.backgroundColor);
    look(mark, style, own.length === 3 || own[3] === 1 ? own : paper(mark), style.content);
    seen += 1;
  }
  return { seen, low };
})()`;

const openAll = `for (const one of document.querySelectorAll('details')) one.open = true`;

const bad = `<img src=x onerror="document.title='broken'">\u202egnp.exe`;
const long = 'x'.repeat(10_000);

function hostileReport() {
  const place = [`${bad}/${long}`, long, bad];
  const difference = testDifference(place[0] ?? '', {
    textDiff: `-${long}\n+${bad}${long}\n`,
    children: [testDifference(long, { children: [testDifference(bad, { sizeA: 1, sizeB: 2 })] })],
    findings: [testFinding({ cause: 'text', place, a: long, b: bad, remedy: long })],
  });
  const artifact = testArtifact(place[0] ?? '', { difference, consequenceOf: [long] });
  const { variations } = testCheckReport();
  return testCheckReport({
    subject: bad + long,
    directory: long,
    artifacts: [artifact],
    variations: variations.map((one) => ({ ...one, title: long, a: bad, b: long })),
    notCovered: [long],
    wroteOutside: [long],
  });
}

describe.skipIf(chromium === undefined)('pages in a browser', () => {
  let browser: Browser;
  let scratch: string;
  const address = (name: string) => pathToFileURL(join(scratch, name)).href;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'selfsame-report-test-'));
    writeFileSync(join(scratch, 'check.html'), checkHtml(testCheckReport()));
    writeFileSync(join(scratch, 'compare.html'), compareHtml(testCompareReport()));
    writeFileSync(join(scratch, 'hostile.html'), checkHtml(hostileReport()));
    browser = await Browser.start(chromium ?? '');
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  const resize = async (width: number) =>
    browser.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: true,
    });
  const media = async (features: readonly { name: string; value: string }[], type = 'screen') =>
    browser.send('Emulation.setEmulatedMedia', { media: type, features });

  it.each(['check.html', 'compare.html', 'hostile.html'])(
    '%s never scrolls sideways, from telephones to wide screens',
    async (name) => {
      for (const width of [380, 768, 1280]) {
        await resize(width);
        await browser.open(address(name));
        for (const opened of ['undefined', openAll]) {
          await browser.evaluate(opened);
          const wide = await browser.evaluate('document.documentElement.scrollWidth');
          expect([width, wide]).toEqual([width, width]);
        }
      }
    },
  );

  it.each(['light', 'dark'])('are legible in %s colours', async (value) => {
    await resize(1280);
    await media([{ name: 'prefers-color-scheme', value }]);
    for (const name of ['check.html', 'compare.html']) {
      await browser.open(address(name));
      await browser.evaluate(openAll);
      const { seen, low } = (await browser.evaluate(lowContrast)) as {
        seen: number;
        low: string[];
      };
      expect(seen).toBeGreaterThan(100);
      expect(low).toEqual([]);
      const dark = await browser.evaluate(
        `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((part) => part < 60)`,
      );
      expect(dark).toBe(value === 'dark');
    }
    await media([]);
  });

  it.each(['check.html', 'compare.html', 'hostile.html'])(
    '%s loses nothing on paper: no column is cut off, everything is unfolded, in light colours',
    async (name) => {
      await resize(718);
      await media([{ name: 'prefers-color-scheme', value: 'dark' }], 'print');
      await browser.open(address(name));
      const wide = await browser.evaluate('document.documentElement.scrollWidth');
      expect(wide).toBeLessThanOrEqual(718);
      const cut = `[...document.querySelectorAll('body *')].filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible' && !one.closest('.turn, .hidden')).map((one) => one.className)`;
      expect(await browser.evaluate(cut)).toEqual([]);
      const folded = `[...document.querySelectorAll('details:not([open]) > :not(summary)')].filter((one) => !one.checkVisibility({ contentVisibilityAuto: true })).length`;
      expect(await browser.evaluate(folded)).toBe(0);
      const paper = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
      const ink = await browser.evaluate('getComputedStyle(document.body).color');
      expect([paper, ink]).toEqual(['rgb(255, 255, 255)', 'rgb(23, 27, 33)']);
      await media([]);
    },
  );

  it('unfold by keyboard, with scripts switched off', async () => {
    await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
    await browser.open(address('check.html'));
    const state = `document.querySelector('article details.more').open`;
    expect(await browser.evaluate(state)).toBe(false);
    await browser.evaluate(`document.querySelector('article details.more > summary').focus()`);
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' };
    await browser.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
    await browser.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    expect(await browser.evaluate(state)).toBe(true);
    expect(
      await browser.evaluate(
        `document.body.innerText.includes('/tmp/selfsame-b1d/x/hello-2.12.1')`,
      ),
    ).toBe(true);
    await browser.send('Emulation.setScriptExecutionDisabled', { value: false });
  });

  it('have headings in order, names for tables, and words for signs', async () => {
    await browser.open(address('check.html'));
    const levels = (await browser.evaluate(
      `[...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))`,
    )) as number[];
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, at) => level - (levels[at - 1] ?? 0) <= 1)).toBe(true);
    const cells = `[...document.querySelectorAll('.matrix tbody tr')].every((row) => row.querySelectorAll('th[scope=row]').length === 1 && [...row.querySelectorAll('.m')].every((one) => one.textContent.length > 2))`;
    expect(await browser.evaluate(cells)).toBe(true);
    const lost = `[...document.querySelectorAll('a[href^="#"]')].filter((one) => document.getElementById(one.hash.slice(1)) === null).length`;
    expect(await browser.evaluate(lost)).toBe(0);
  });

  it('show hostile names as text that does nothing', async () => {
    await browser.open(address('hostile.html'));
    expect(
      await browser.evaluate(`document.querySelectorAll('img, script, iframe, form').length`),
    ).toBe(0);
    expect(await browser.evaluate('document.title')).not.toBe('broken');
    const text = String(await browser.evaluate('document.body.innerText'));
    expect(text).toContain(`<img src=x onerror="document.title='broken'">\\u{202e}gnp.exe`);
    expect(text).not.toMatch(/[\u202a-\u202e]/);
  });

  it('ask for nothing, and complain of nothing', async () => {
    await media([{ name: 'prefers-color-scheme', value: 'light' }], 'print');
    await browser.open(address('check.html'));
    await media([]);
    expect(browser.requests.filter((url) => !url.startsWith(pathToFileURL(scratch).href))).toEqual(
      [],
    );
    expect(browser.complaints).toEqual([]);
    // The policy holds: a style that is not ours is refused.
    await browser.evaluate(`document.body.setAttribute('style', 'color: red')`);
    expect(browser.complaints.join()).toMatch(/Content Security Policy/);
  });
});
