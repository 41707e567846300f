import { visible } from '../visible.js';
import { markup, nothing, type Markup } from './markup.js';

const mostLines = 50;

/** The last lines of a build. */
export function logMarkup(lines: readonly string[]): Markup {
  if (lines.length === 0) return nothing;
  const shown = lines.slice(-mostLines).map((line) => visible(line, 300));
  return markup`<pre class="log" tabindex="0" aria-label="last lines of the build">${shown.join('\n')}</pre>`;
}
