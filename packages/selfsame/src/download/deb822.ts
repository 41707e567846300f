/** One stanza: field names in lower case, values without the first blank, continuation lines kept. */
export type Stanza = ReadonlyMap<string, string>;

/** A line that is no field, no continuation, no comment and no blank. */
export interface Deb822Problem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/**
 * Parses deb822 text (deb822(5), Debian Policy 5.1) into its stanzas. Comment lines are dropped. A field given
 * twice in one stanza is a problem: readers that take the first and readers that take the last would disagree.
 */
export function parseDeb822(text: string): { stanzas: Stanza[]; problems: Deb822Problem[] } {
  const stanzas: Stanza[] = [];
  const problems: Deb822Problem[] = [];
  let current = new Map<string, string>();
  let field: string | undefined;
  const end = (): void => {
    if (current.size > 0) stanzas.push(current);
    current = new Map();
    field = undefined;
  };
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith('#')) continue;
    if (/^[ \t]*$/.test(line)) {
      end();
    } else if (line.startsWith(' ') || line.startsWith('\t')) {
      if (field === undefined)
        problems.push({ line: number, message: 'a continuation of nothing' });
      else current.set(field, `${current.get(field) ?? ''}\n${line.slice(1).trimEnd()}`);
    } else {
      const match = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line);
      if (match === null) {
        problems.push({ line: number, message: 'neither a field nor a continuation' });
        field = undefined;
        continue;
      }
      field = (match[1] ?? '').toLowerCase();
      if (current.has(field))
        problems.push({ line: number, message: `the field ${field} is given twice` });
      else current.set(field, match[2] ?? '');
    }
  }
  end();
  return { stanzas, problems };
}

/** The blank-separated words of a field's value. */
export function words(value: string | undefined): string[] {
  return (value ?? '').split(/[ \t\n]+/).filter((word) => word !== '');
}
