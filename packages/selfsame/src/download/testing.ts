import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.js';
import type { Event } from '../events/event.js';
import type { Settings } from '../settings/settings.js';
import { openStore } from '../store/store.js';
import { defaultPolicy } from './policy.js';
import type { DownloadPolicy } from './types.js';

/** A context on a store of its own, for tests. Dispose it to remove the store. */
export interface TestContext extends Context, AsyncDisposable {
  readonly events: Event[];
  readonly controller: AbortController;
  /** Scratch directory of the test, holding the store. */
  readonly directory: string;
}

export async function testContext(settings: Partial<Settings> = {}): Promise<TestContext> {
  const directory = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  const store = await openStore(join(directory, 'store'));
  const events: Event[] = [];
  const controller = new AbortController();
  return {
    events,
    controller,
    directory,
    emit: (event) => void events.push(event),
    signal: controller.signal,
    store,
    settings: {
      storePath: store.root,
      jobs: 2,
      offline: false,
      parallelDownloads: 8,
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
      ...settings,
    },
    async [Symbol.asyncDispose]() {
      store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A loopback HTTP server for one test. */
export interface TestServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** `METHOD path` of every request so far, with ` range` where one was asked for. */
  readonly requests: string[];
}

export async function testServer(handler: Handler): Promise<TestServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const range = request.headers.range === undefined ? '' : ` ${request.headers.range}`;
    requests.push(`${request.method ?? ''} ${request.url ?? ''}${range}`);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A policy whose waits end at once and are recorded. */
export function testPolicy(
  overrides: Partial<DownloadPolicy> = {},
): DownloadPolicy & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    ...defaultPolicy,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    waits,
    ...overrides,
  };
}
