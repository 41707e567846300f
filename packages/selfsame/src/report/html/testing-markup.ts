// For tests: what is wrong with a page, without a browser.

const voids = new Set(['meta', 'br']);
const elements = new Set(
  `html head meta title style body a header span b nav main section div h1 h2 h3 p ul ol li dl dt dd svg rect
  table thead tbody tr th td article details summary figure figcaption pre code mark strong br footer iframe`.split(
    /\s+/,
  ),
);
const attributes = new Set(
  `lang charset http-equiv content name class href id aria-label aria-hidden aria-labelledby focusable width
  height scope colspan tabindex role open rel title sandbox srcdoc`.split(/\s+/),
);

/** Elements that are not closed, not ours, or have attributes that are not ours; text that is not escaped or not visible. */
export function problemsOf(page: string): string[] {
  const problems: string[] = [];
  const body = page.replace(/<style>.*?<\/style>/s, '').replace(/^<!doctype html>/, '');
  const open: string[] = [];
  const token = /<(\/?)([a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>|([^<]+)|(<)/g;
  for (const [, close, name = '', inner = '', text, stray] of body.matchAll(token)) {
    if (stray !== undefined) problems.push(`stray < in ${open.join(' ')}`);
    else if (text !== undefined) problems.push(...textProblems(text));
    else if (!elements.has(name)) problems.push(`element ${name}`);
    else if (close === '/') {
      if (open.pop() !== name) problems.push(`</${name}> without its beginning`);
    } else {
      for (const [, attribute = '', value = ''] of inner.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)) {
        if (!attributes.has(attribute)) problems.push(`attribute ${attribute}`);
        problems.push(...textProblems(value));
      }
      if (!voids.has(name)) open.push(name);
    }
  }
  return [...problems, ...open.map((name) => `${name} is not closed`)].slice(0, 10);
}

function textProblems(text: string): string[] {
  const problems: string[] = [];
  if (/&(?!amp;|lt;|gt;|quot;|#39;)/.test(text)) problems.push(`& in ${text.slice(0, 60)}`);
  if (/[^\n\P{Cc}]|[\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(text))
    problems.push(`invisible characters in ${JSON.stringify(text.slice(0, 60))}`);
  return problems;
}
