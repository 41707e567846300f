import { readFileSync } from 'node:fs';
import {
  parsePolicy,
  parseResultClaim,
  parseRoster,
  resultClaimPayload,
  STATEMENT_PAYLOAD_TYPE,
  type JsonValue,
} from '@selfsame/verify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from './policy-schema.js';

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

const page = read('claims-and-verdicts.md');
const policies = read('policies.md');

function block(after: string): string {
  const from = page.indexOf('```', page.indexOf(after));
  const start = page.indexOf('\n', from) + 1;
  return page.slice(start, page.indexOf('```', start));
}

function blocks(text: string, kind: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`yaml ${kind}\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, inside]) => inside ?? '',
  );
}

describe('docs/policies.md and docs/claims-and-verdicts.md', () => {
  const validator = new Ajv2020({ allErrors: true, strict: true }).compile(policySchema());
  const shown = [...blocks(page, 'policy'), ...blocks(policies, 'policy')];

  it('show policies that are some, to the program and to their schema', () => {
    expect(shown).toHaveLength(5);
    // A block without a kind would escape this test.
    expect((page + policies).match(/^```yaml$/gm)).toBeNull();
    for (const text of shown) {
      const document = parse(text) as JsonValue;
      expect(parsePolicy(document).threshold).toBeGreaterThan(1);
      expect([validator(document), validator.errors]).toEqual([true, null]);
    }
  });

  it('show each field of a policy and of a signer', () => {
    const schema = policySchema() as {
      properties: object;
      $defs: { signer: { properties: object } };
    };
    const text = shown.join('');
    for (const fields of [schema.properties, schema.$defs.signer.properties])
      for (const name of Object.keys(fields)) expect(text).toMatch(new RegExp(`\\b${name}:`));
  });
});

describe('docs/rosters.md', () => {
  it('shows a roster that is one', () => {
    const [text = '', ...others] = blocks(read('rosters.md'), 'roster');
    expect(others).toEqual([]);
    expect(parseRoster(parse(text) as JsonValue)).toMatchObject({
      version: 1,
      owners: { threshold: 2 },
    });
  });
});

describe('docs/claims-and-verdicts.md', () => {
  it('shows the exact bytes of a claim', () => {
    const text = block('## What is signed')
      .replaceAll('\n', '')
      .replaceAll(/<[^>]*>/g, 'a'.repeat(64));
    const claim = parseResultClaim(STATEMENT_PAYLOAD_TYPE, Buffer.from(text));
    expect(Buffer.from(resultClaimPayload(claim)).toString()).toBe(text);
  });
});
