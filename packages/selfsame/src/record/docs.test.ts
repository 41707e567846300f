import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResultClaim, resultClaimPayload, STATEMENT_PAYLOAD_TYPE } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { readPolicyFile } from './policy-file.js';
import { temporaryDirectory } from './testing.js';

const page = readFileSync(
  new URL('../../../../docs/claims-and-verdicts.md', import.meta.url),
  'utf8',
);

function block(after: string): string {
  const from = page.indexOf('```', page.indexOf(after));
  const start = page.indexOf('\n', from) + 1;
  return page.slice(start, page.indexOf('```', start));
}

describe('docs/claims-and-verdicts.md', () => {
  it('shows a policy that is one', () => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'policy.yaml');
    writeFileSync(path, block('## The policy'));
    const { policy } = readPolicyFile(path, 'policy.yaml');
    expect(policy).toMatchObject({ threshold: 2, required: ['alice'], dissent: 'block' });
    expect(policy.signers.map(({ name, keys }) => [name, keys.length])).toEqual([
      ['alice', 1],
      ['bob', 1],
      ['carol', 2],
    ]);
  });

  it('shows the exact bytes of a claim', () => {
    const text = block('## What is signed')
      .replaceAll('\n', '')
      .replaceAll(/<[^>]*>/g, 'a'.repeat(64));
    const claim = parseResultClaim(STATEMENT_PAYLOAD_TYPE, Buffer.from(text));
    expect(Buffer.from(resultClaimPayload(claim)).toString()).toBe(text);
  });
});
