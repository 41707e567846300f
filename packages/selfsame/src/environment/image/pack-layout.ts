import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { padding, tarEnd, tarHeader } from './tar-writer.js';

/** Puts an image layout into one archive, as `podman load` and `skopeo copy oci-archive:` take it. Same bytes for the same layout. */
export async function packLayout(layout: string, archive: string, time: number): Promise<void> {
  await pipeline(
    Readable.from(layoutBytes(layout, time), { objectMode: false }),
    createWriteStream(archive),
  );
}

async function* layoutBytes(layout: string, time: number): AsyncGenerator<Buffer> {
  const ownership = { uid: 0, gid: 0 };
  const directory = (path: string): Buffer =>
    tarHeader({ type: 'directory', path, mode: 0o755, ...ownership }, time);
  const blobs = (await readdir(join(layout, 'blobs/sha256'))).sort();
  yield directory('blobs');
  yield directory('blobs/sha256');
  for (const path of [...blobs.map((name) => `blobs/sha256/${name}`), 'index.json', 'oci-layout']) {
    const { size } = await stat(join(layout, path));
    yield tarHeader(
      { type: 'file', path, mode: 0o644, ...ownership, time, size, sha256: '' },
      time,
    );
    for await (const chunk of createReadStream(join(layout, path))) yield chunk as Buffer;
    yield padding(size);
  }
  yield tarEnd;
}
