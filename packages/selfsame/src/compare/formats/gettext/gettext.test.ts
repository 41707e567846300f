import { afterAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith, untoldChanges } from '../structure/testing.js';
import { gettext } from './gettext.js';

describe.skipIf(!hasProgram('msgfmt'))('gettext (needs msgfmt)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());
  const compile = ({
    date = '2026-11-21 13:30+0100',
    word = 'Welt',
    args = [] as string[],
  } = {}) => {
    shop.write(
      'de.po',
      `msgid ""
msgstr ""
"Project-Id-Version: hello 1.0\\n"
"PO-Revision-Date: ${date}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"X-Generator: Poedit 3.0\\n"

msgid "hello"
msgstr "hallo"

msgid "world"
msgstr "${word}"
`,
    );
    shop.run('msgfmt', [...args, '-o', 'de.mo', 'de.po']);
    return shop.read('de.mo');
  };

  it.each([
    ['this', []],
    ['the other', ['--endianness=big']],
  ])('covers every byte and tells the header, in %s byte order', async (_, args) => {
    const data = compile({ args });
    const reading = await readWith(gettext, data);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, data.length)).toBeUndefined();
    const date = fieldOf(reading, undefined, 'PO-Revision-Date');
    expect(date).toMatchObject({
      kind: 'time',
      value: '2026-11-21 13:30+0100',
      seconds: Date.UTC(2026, 10, 21, 12, 30) / 1000,
    });
    expect(data.toString('utf8', date?.offset, (date?.offset ?? 0) + 21)).toBe(date?.value);
    expect(fieldOf(reading, undefined, 'X-Generator')?.kind).toBe('version');
    const translation = reading.parts.find(({ name }) => name === 'message "hello" (translation)');
    expect(Buffer.from(translation?.bytes ?? []).toString()).toBe('hallo\0');
  });

  it('finds one thing that differs, and only that', async () => {
    expect(await differing(gettext, compile(), compile({ date: '2026-11-22 13:30+0100' }))).toEqual(
      [':PO-Revision-Date', 'message "" (translation)'],
    );
    expect(await differing(gettext, compile(), compile({ word: 'Erde!' }))).toEqual([
      'message "world" (translation)',
    ]);
  });

  it('tells every byte of what is made from others', async () => {
    expect(await untoldChanges(gettext, compile())).toEqual([]);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(gettext, [compile(), compile({ args: ['--endianness=big'] })], 400);
  });
});
