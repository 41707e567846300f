import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeBase64 } from '@selfsame/verify';
import { temporaryDirectory } from '../../record/testing.js';
import { readLayout, readLinks } from './read-links.js';

function envelope(signed: object): string {
  const payload = encodeBase64(Buffer.from(JSON.stringify(signed)));
  const signatures = [{ keyid: 'a', sig: encodeBase64(Buffer.from('b')) }];
  return JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload, signatures });
}

it('reads layouts and links in DSSE envelopes as it does the others, and what is below a layout', async () => {
  using scratch = temporaryDirectory();
  const write = (path: string, text: string): string => {
    const place = join(scratch.path, path);
    mkdirSync(join(place, '..'), { recursive: true });
    writeFileSync(place, text);
    return place;
  };
  const layout = envelope({ _type: 'layout' });
  const root = await readLayout(write('root.layout', layout), 'root.layout');
  expect(root).toMatchObject({ isEnvelope: true, signed: { _type: 'layout' } });

  write('links/make.00000001.link', envelope({ _type: 'link' }));
  write('links/make.00000002.link', '{"signatures":[],"signed":{"_type":"link"}}');
  write('links/make.00000003.link', envelope({ _type: 'other' }));
  write('links/pack.00000001.link', layout);
  write('links/pack.00000001/inner.00000001.link', envelope({ _type: 'link' }));
  const { signal } = new AbortController();
  const { evidence, unreadable } = await readLinks(join(scratch.path, 'links'), signal);
  expect(evidence).toMatchObject([
    { step: 'make', block: { isEnvelope: true } },
    { step: 'make', block: { signed: { _type: 'link' } } },
    { step: 'pack', below: [{ step: 'inner', block: { isEnvelope: true } }] },
  ]);
  expect(unreadable).toMatchObject([{ path: 'make.00000003.link' }]);
});
