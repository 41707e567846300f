import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** For tests: where Chromium is, or undefined where there is none. */
export const chromium = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** For tests: a headless Chromium, driven over its DevTools protocol on a pipe: no port, no other program. */
export class Browser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #loaded: (() => void)[] = [];
  #session: string | undefined;
  #last = 0;
  #rest = '';
  /** Addresses that the page asked for. */
  readonly requests: string[] = [];
  /** What was written to the console, and exceptions. */
  readonly complaints: string[] = [];

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'selfsame-browser-'));
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ];
    const quiet = [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    this.#child = spawn(
      program,
      [
        ...flags,
        ...quiet,
        '--remote-debugging-pipe',
        `--user-data-dir=${this.#profile}`,
        'about:blank',
      ],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        // A process group of its own, so that its helpers, which write to the profile, too, end with it.
        detached: true,
        // Killed, it leaves its files.
        env: { ...process.env, TMPDIR: this.#profile },
      },
    );
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (part: string) => {
      const messages = (this.#rest + part).split('\0');
      this.#rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Reply);
    });
  }

  static async start(program: string): Promise<Browser> {
    const browser = new Browser(program);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const attached = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(attached['sessionId']);
    for (const domain of ['Page', 'Network', 'Runtime', 'Log', 'DOM'])
      await browser.send(`${domain}.enable`);
    return browser;
  }

  async send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = (this.#last += 1);
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const { promise, settle } = pending();
    this.#waiting.set(id, settle);
    (this.#child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...session })}\0`,
    );
    const reply = await promise;
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  }

  /** Opens an address and waits until all of it is there. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((done) => this.#loaded.push(done));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page; promises are awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', options)) as {
      result: { value?: unknown };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** Waits, by looking at every change of the page, until the expression is true. */
  async until(expression: string): Promise<void> {
    await this.evaluate(`new Promise((done) => {
      const look = () => { if (${expression}) { observer.disconnect(); done(); } };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    })`);
  }

  #take(reply: Reply): void {
    if (reply.id !== undefined) {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
    const params = reply.params as
      { request?: { url: string }; entry?: { text: string } } | undefined;
    if (reply.method === 'Page.loadEventFired') this.#loaded.shift()?.();
    if (reply.method === 'Network.requestWillBeSent')
      this.requests.push(params?.request?.url ?? '');
    if (reply.method === 'Log.entryAdded') this.complaints.push(params?.entry?.text ?? '');
    if (reply.method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((done) => this.#child.once('exit', done));
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    await gone;
    try {
      rmSync(this.#profile, { recursive: true, force: true });
    } catch {
      // A helper that ends later still wrote; the run removes its whole temporary directory.
    }
  }
}

function pending() {
  let settle: (reply: Reply) => void = () => undefined;
  const promise = new Promise<Reply>((done) => (settle = done));
  return { promise, settle };
}
