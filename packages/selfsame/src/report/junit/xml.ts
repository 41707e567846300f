import { visible, visibleLine } from '../visible.js';

/** Untrusted text of one line as the value of an attribute. `visible` removes what XML 1.0, §2.2 forbids. */
export function attribute(text: string, most = 300): string {
  return escape(visible(text, most));
}

/** Untrusted lines as content. */
export function content(lines: readonly string[]): string {
  return lines.map((line) => escape(visibleLine(line, 600))).join('\n');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
