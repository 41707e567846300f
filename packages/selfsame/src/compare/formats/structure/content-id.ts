import { createHash } from 'node:crypto';
import type { Content } from '../format.js';

/** Longest stretch of which a value is made. */
const longest = 1024 * 1024;

/** A value for bytes that a person need not read, a signature for example: its size and the start of its sha256. */
export async function contentId(content: Content, offset: number, size: number): Promise<string> {
  const data = await content.read(offset, Math.min(size, longest));
  const digest = createHash('sha256').update(data).digest('hex');
  return `${size} bytes, sha256 ${digest.slice(0, 16)}…`;
}
