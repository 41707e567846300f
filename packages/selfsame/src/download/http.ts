import http from 'node:http';
import https from 'node:https';
import type {
  ClientRequest,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
} from 'node:http';
import tls from 'node:tls';
import { literalAddress, PrivateAddressError, publicLookup } from './private-addresses.js';
import { proxyAuthorization, proxyFor } from './proxy.js';
import { MirrorError } from './types.js';
import type { DownloadPolicy, MirrorFailure } from './types.js';
import { maxUrlLength, redactUrl } from './url.js';

// Node's own http client rather than fetch: fetch decodes `Content-Encoding`, which servers set on plain
// .gz files, and then the bytes are not those that were hashed.
const shared = {
  keepAlive: true,
  maxSockets: 64,
  scheduling: 'lifo',
  autoSelectFamilyAttemptTimeout: 1000,
} as const;
const agents = { http: new http.Agent(shared), https: new https.Agent(shared) };
/** Their connections were all made to public addresses. */
const publicAgents = { http: new http.Agent(shared), https: new https.Agent(shared) };

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks one http or https URL, following redirects (http(s) only, never from https to http, and never from the public
 * network to this machine or a private network, whatever names are looked up as). Resolves with the
 * reply once its headers are there, whatever its status; the caller must read or destroy it.
 * Rejects with `MirrorError`, or with the signal's reason when aborted.
 */
export async function httpGet(
  start: string,
  headers: OutgoingHttpHeaders,
  policy: DownloadPolicy,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let url = new URL(start);
  let wasPublic = false;
  for (let hops = 0; hops <= policy.maxRedirects; hops++) {
    const reply = await requestOnce(url, headers, policy, signal, { start, wasPublic });
    wasPublic ||= isPublicReply(url, reply, policy);
    const location = reply.headers.location;
    if (!redirects.has(reply.statusCode ?? 0) || location === undefined) return reply;
    reply.destroy();
    url = redirectTarget(url, location, start);
  }
  throw failure(start, 'redirect-refused', `redirects more than ${policy.maxRedirects} times`);
}

/**
 * Sends bytes to one http or https URL with POST, which must not matter if it is done twice. Redirects are replies
 * like others: what is sent goes where it was meant to go. Otherwise as `httpGet`.
 */
export async function httpPost(
  url: string,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  policy: DownloadPolicy,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const all = { ...headers, 'content-length': body.length };
  return await requestOnce(new URL(url), all, policy, signal, { start: url, body });
}

/** What is asked once. */
interface Asking {
  /** What was asked first, for messages. */
  readonly start: string;
  /** Whether someone in the public network led here: then only that is asked. */
  readonly wasPublic?: boolean;
  readonly body?: Uint8Array;
}

/** Whether a reply came, or may have come through a proxy, from the public network. */
function isPublicReply(url: URL, reply: IncomingMessage, { addresses }: DownloadPolicy): boolean {
  const isDirect = proxyFor(url, process.env) === undefined;
  const address = isDirect ? reply.socket.remoteAddress : literalAddress(url);
  return address === undefined || !addresses.isPrivate(address);
}

function redirectTarget(from: URL, location: string, start: string): URL {
  if (location.length > maxUrlLength || !URL.canParse(location, from.href)) {
    throw failure(start, 'redirect-refused', 'redirects to something that is not a URL');
  }
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== 'http:') {
    throw failure(start, 'redirect-refused', `redirects to the scheme ${to.protocol.slice(0, -1)}`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw failure(start, 'redirect-refused', 'redirects from https to http');
  }
  to.username = '';
  to.password = '';
  return to;
}

async function requestOnce(
  url: URL,
  headers: OutgoingHttpHeaders,
  policy: DownloadPolicy,
  signal: AbortSignal,
  asking: Asking,
): Promise<IncomingMessage> {
  // A kept-alive connection may have been closed by the server just before it is used again: that says
  // nothing about the server, so such a request is sent once more.
  for (let again = 0; ; again++) {
    try {
      return await send(url, headers, policy, signal, asking);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof HeadersTimeoutError) {
        throw failure(url.href, 'timed-out', `did not answer in ${policy.headersTimeout / 1000} s`);
      }
      if (error instanceof PrivateAddressError) {
        const message = `redirects from a public address to the private ${error.address}`;
        throw failure(asking.start, 'redirect-refused', message, error);
      }
      if (error instanceof StaleConnectionError && again < 2) continue;
      throw failure(
        url.href,
        'unreachable',
        `could not be reached (${describeError(error)})`,
        error,
      );
    }
  }
}

class StaleConnectionError extends Error {}
class HeadersTimeoutError extends Error {}

async function send(
  url: URL,
  headers: OutgoingHttpHeaders,
  { headersTimeout: timeout, addresses }: DownloadPolicy,
  signal: AbortSignal,
  { wasPublic = false, body }: Asking,
): Promise<IncomingMessage> {
  const literal = wasPublic ? literalAddress(url) : undefined;
  if (literal !== undefined && addresses.isPrivate(literal))
    throw new PrivateAddressError(url.hostname);
  const proxy = proxyFor(url, process.env);
  const all: OutgoingHttpHeaders = {
    'user-agent': 'selfsame',
    accept: '*/*',
    'accept-encoding': 'identity',
    ...headers,
  };
  const method = body === undefined ? 'GET' : 'POST';
  const options: RequestOptions = { method, headers: all, signal };
  const secure = url.protocol === 'https:';
  if (proxy === undefined) {
    const used = wasPublic ? publicAgents : agents;
    options.agent = secure ? used.https : used.http;
    options.lookup = wasPublic ? publicLookup(addresses) : addresses.lookup;
    const request = secure ? https.request(url, options) : http.request(url, options);
    return await settle(request, 'response', timeout, body);
  }
  const authorization = proxyAuthorization(proxy);
  const proxyHeader = authorization === undefined ? {} : { 'proxy-authorization': authorization };
  const port = proxy.port === '' ? 80 : proxy.port;
  if (!secure) {
    options.headers = { ...all, ...proxyHeader, host: url.host };
    const toProxy = { ...options, agent: agents.http, host: proxy.hostname, port, path: url.href };
    return await settle(http.request(toProxy), 'response', timeout, body);
  }
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const connect = http.request({
    method: 'CONNECT',
    host: proxy.hostname,
    port,
    path: target,
    headers: { ...proxyHeader, host: target },
    agent: false,
    signal,
  });
  const reply = await settle(connect, 'connect', timeout);
  const { socket } = reply;
  if (reply.statusCode !== 200) {
    socket.destroy();
    throw new Error(`the proxy answered ${reply.statusCode ?? 0}`);
  }
  options.agent = false;
  options.createConnection = () => tls.connect({ socket, servername: url.hostname });
  return await settle(https.request(url, options), 'response', timeout, body);
}

/** Sends a request and waits for its reply's headers, at most `timeout` milliseconds. */
async function settle(
  request: ClientRequest,
  event: 'response' | 'connect',
  timeout: number,
  body?: Uint8Array,
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new HeadersTimeoutError()), timeout);
    request.once(event, (reply: IncomingMessage) => {
      clearTimeout(timer);
      resolve(reply);
    });
    if (event === 'connect') {
      request.once('response', (reply) => {
        reply.destroy();
        reject(new Error(`the proxy answered ${reply.statusCode ?? 0}`));
      });
    }
    request.on('error', (error) => {
      clearTimeout(timer);
      const reset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      const stale = request.reusedSocket && reset;
      reject(stale ? new StaleConnectionError('stale', { cause: error }) : error);
    });
    request.end(body);
  });
}

/** An `Error` in a few words: its system code where it has one. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return describeError(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message === '' ? error.name : error.message;
}

/** A `MirrorError` about one URL. */
export function failure(
  url: string,
  reason: MirrorFailure['reason'],
  message: string,
  cause?: unknown,
): MirrorError {
  return new MirrorError({ url: redactUrl(url), reason, message }, { cause });
}
