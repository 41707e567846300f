import { placeOf } from '../build-name.js';
import type { AttestationFormat } from '../format.js';
import { isListOrSignature, readSignedLists } from '../signed-lists.js';

/** `SHA256SUMS`, `sha256sums.txt`, and `pigz.SHA256SUMS` where no signer's folder says it is guix.sigs. */
const list = /(?:^|\/)(?:([^/]+)[.-])?sha256sums?(?:\.txt)?$/i;
const isList = (path: string) => list.test(path);

export const sha256Sums: AttestationFormat = {
  name: 'SHA256SUMS',
  takes: (path) => isListOrSignature(path, isList),
  async read(files, context) {
    const votes = await readSignedLists(files, context, 'SHA256SUMS', isList, (path) => {
      const { project, version } = placeOf(path);
      const target = list.exec(path)?.[1] ?? '';
      const folder = path.split('/').at(-2);
      return {
        build: { project: context.project ?? project, version, target },
        by: folder === version ? undefined : folder,
      };
    });
    return { votes };
  },
};
