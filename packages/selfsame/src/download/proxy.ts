/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL after the variables curl and wget read: `http_proxy` (lower case only: the upper-case
 * one is attacker-controlled in CGI), `https_proxy`/`HTTPS_PROXY`, `all_proxy`/`ALL_PROXY`, and the
 * exceptions in `no_proxy`/`NO_PROXY`. Only http proxies; undefined for a direct connection.
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  if (isExcepted(url, environment['no_proxy'] ?? environment['NO_PROXY'] ?? '')) return undefined;
  const all = environment['all_proxy'] ?? environment['ALL_PROXY'];
  const text =
    url.protocol === 'https:'
      ? (environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? all)
      : (environment['http_proxy'] ?? all);
  if (text === undefined || text === '') return undefined;
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const proxy = new URL(withScheme);
  return proxy.protocol === 'http:' ? proxy : undefined;
}

function isExcepted(url: URL, exceptions: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return exceptions
    .split(/[\s,]+/)
    .filter((exception) => exception !== '')
    .some((exception) => {
      if (exception === '*') return true;
      const match = /^\.?(.*?)(?::([0-9]+))?$/.exec(exception.toLowerCase());
      const name = match?.[1] ?? '';
      if (match?.[2] !== undefined && match[2] !== port) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}

/** The `Proxy-Authorization` value for a proxy URL with a user name, or undefined. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '') return undefined;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
