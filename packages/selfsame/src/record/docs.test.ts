import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResultClaim, resultClaimPayload, STATEMENT_PAYLOAD_TYPE } from '@selfsame/verify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from './policy-schema.js';
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

  it('shows policies that their schema accepts', () => {
    const validator = new Ajv2020({ allErrors: true, strict: true }).compile(policySchema());
    const blocks = [...page.matchAll(/^```yaml policy\n([^]*?)^```$/gm)].map(([, text]) => text);
    expect(blocks).toHaveLength(1);
    // A block without a kind would escape this test.
    expect(page.match(/^```yaml$/gm)).toBeNull();
    for (const text of blocks) {
      expect([validator(parse(text ?? '')), validator.errors]).toEqual([true, null]);
    }
  });

  it('explains every field of a policy', () => {
    const { properties } = policySchema() as { properties: object };
    const text = block('## The policy');
    for (const name of [...Object.keys(properties), 'key', 'keys'])
      expect(text).toMatch(new RegExp(`\\b${name}:`));
  });

  it('shows the exact bytes of a claim', () => {
    const text = block('## What is signed')
      .replaceAll('\n', '')
      .replaceAll(/<[^>]*>/g, 'a'.repeat(64));
    const claim = parseResultClaim(STATEMENT_PAYLOAD_TYPE, Buffer.from(text));
    expect(Buffer.from(resultClaimPayload(claim)).toString()).toBe(text);
  });
});
