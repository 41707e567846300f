/** Longest URL taken from a recipe or a reply, UTF-16 code units. */
export const maxUrlLength = 2048;

const controlOrSpace = /[\u0000-\u0020\u007f-\u009f\s]/u;

/** Schemes bits may come from. `file:` serves local mirrors. */
export type Scheme = 'http:' | 'https:' | 'file:';

/**
 * Says what is wrong with a URL a person wrote, or undefined when it may be used: absolute, http, https or
 * file, no user name or password (they would end up in logs and locks), no fragment, no blanks, bounded.
 */
export function urlProblem(
  text: string,
  schemes: readonly Scheme[] = ['https:', 'http:', 'file:'],
): string | undefined {
  if (text.length > maxUrlLength) return `is longer than ${maxUrlLength} characters`;
  if (controlOrSpace.test(text)) return 'has a blank or control character in it';
  if (!URL.canParse(text)) return 'is not an absolute URL';
  const url = new URL(text);
  if (!schemes.some((scheme) => scheme === url.protocol)) {
    return `has the scheme ${url.protocol.slice(0, -1)}, but only ${schemes.map((scheme) => scheme.slice(0, -1)).join(', ')} can be used`;
  }
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it';
  if (url.hash !== '' || text.includes('#')) return 'has a fragment (#) in it';
  if (url.protocol === 'file:' && url.host !== '') return 'is a file URL with a host name';
  return undefined;
}

/** The URL for messages: no user name, password or query values, so that no secret reaches a log. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return '(invalid URL)';
  const url = new URL(text);
  const user = url.username !== '' || url.password !== '' ? '***@' : '';
  const query = url.search === '' ? '' : '?***';
  return `${url.protocol}//${user}${url.host}${url.pathname}${query}`;
}

/** Last part of a URL's path, decoded; undefined when it is not a plain file name. */
export function fileNameOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const last = new URL(text).pathname.split('/').at(-1) ?? '';
  let name: string;
  try {
    name = decodeURIComponent(last);
  } catch {
    return undefined;
  }
  return isFileName(name) ? name : undefined;
}

/** True for a plain, portable file name: no separators, blanks, control characters, quotes or leading dash. */
export function isFileName(name: string): boolean {
  return (
    /^[A-Za-z0-9_+.~@%=,:][A-Za-z0-9_+.~@%=,:-]{0,254}$/.test(name) && name !== '.' && name !== '..'
  );
}
