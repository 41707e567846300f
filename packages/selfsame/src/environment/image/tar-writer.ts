import type { OwnedEntry } from '../layers/tree-entry.js';

const block = 512;

/** An entry of a layer: something that is there, or (a whiteout of the OCI image specification) no longer is. */
export type ImageEntry = OwnedEntry | { readonly type: 'whiteout'; readonly path: string };

/**
 * The tar header of one entry, padded, pax records before it where ustar cannot say it (POSIX.1-2017 pax;
 * OCI image specification, layer.md): a function of the entry and the time of directories alone.
 */
export function tarHeader(entry: ImageEntry, directoryTime: number): Buffer {
  const facts = describe(entry, directoryTime);
  const records = new Map<string, string | Buffer>();
  const name = Buffer.from(facts.name);
  if (name.length > 100) records.set('path', name);
  const target = Buffer.from(facts.target);
  if (target.length > 100) records.set('linkpath', target);
  if (facts.size > 0o77777777777) records.set('size', String(facts.size));
  for (const [attribute, value] of facts.attributes) {
    records.set(`SCHILY.xattr.${attribute}`, Buffer.from(value, 'hex'));
  }
  const header = ustar({ ...facts, name, target });
  if (records.size === 0) return header;
  const extended = paxRecords(records);
  return Buffer.concat([
    ustar({
      ...{ name: Buffer.from('pax'), target: Buffer.alloc(0), flag: 'x' },
      ...{ mode: 0o644, uid: 0, gid: 0, time: facts.time, size: extended.length },
    }),
    extended,
    padding(extended.length),
    header,
  ]);
}

/** Zeros that fill the last block of `size` bytes of content. */
export function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * block);

interface Facts {
  readonly name: string;
  readonly target: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly time: number;
  readonly size: number;
  readonly attributes: readonly (readonly [string, string])[];
}

function describe(entry: ImageEntry, directoryTime: number): Facts {
  const none = { target: '', size: 0, attributes: [] };
  switch (entry.type) {
    case 'directory': {
      const { path, mode, uid, gid, attributes = [] } = entry;
      return {
        ...none,
        name: `${path}/`,
        flag: '5',
        mode,
        uid,
        gid,
        time: directoryTime,
        attributes,
      };
    }
    case 'file': {
      const { path, mode, uid, gid, time, size, attributes = [] } = entry;
      return { ...none, name: path, flag: '0', mode, uid, gid, time, size, attributes };
    }
    case 'symlink': {
      const { path, uid, gid, time, target } = entry;
      return { ...none, name: path, flag: '2', mode: 0o777, uid, gid, time, target };
    }
    case 'whiteout': {
      const slash = entry.path.lastIndexOf('/') + 1;
      const name = `${entry.path.slice(0, slash)}.wh.${entry.path.slice(slash)}`;
      return { ...none, name, flag: '0', mode: 0o644, uid: 0, gid: 0, time: directoryTime };
    }
  }
}

function ustar(
  facts: Omit<Facts, 'name' | 'target' | 'attributes'> & {
    readonly name: Buffer;
    readonly target: Buffer;
  },
): Buffer {
  const header = Buffer.alloc(block);
  facts.name.copy(header, 0, 0, 100);
  octal(header, 100, 8, facts.mode);
  octal(header, 108, 8, facts.uid);
  octal(header, 116, 8, facts.gid);
  octal(header, 124, 12, Math.min(facts.size, 0o77777777777));
  octal(header, 136, 12, facts.time);
  header.fill(' ', 148, 156);
  header.write(facts.flag, 156, 'latin1');
  facts.target.copy(header, 157, 0, 100);
  header.write('ustar\0' + '00', 257, 'latin1');
  octal(header, 329, 8, 0);
  octal(header, 337, 8, 0);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function octal(header: Buffer, at: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecords(records: ReadonlyMap<string, string | Buffer>): Buffer {
  return Buffer.concat(
    [...records].map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length)
        length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
