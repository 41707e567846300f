import { placeOf } from '../build-name.js';
import type { AttestationFormat } from '../format.js';
import { isListOrSignature, readSignedLists } from '../signed-lists.js';

/** `sha256sums-unsigned-build.txt`, as Tor Browser's builders publish it. */
const list = /^(?:.*\/)?sha256sums-([A-Za-z0-9_.-]+)-build\.txt$/;
const isList = (path: string) => list.test(path);

export const torLists: AttestationFormat = {
  name: 'sha256sums-*-build.txt',
  takes: (path) => isListOrSignature(path, isList),
  async read(files, context) {
    const votes = await readSignedLists(files, context, 'sha256sums-build', isList, (path) => {
      const { project, version } = placeOf(path);
      const target = list.exec(path)?.[1] ?? '';
      return {
        build: { project: context.project ?? project, version, target },
        by: folderOfSigner(path, version),
      };
    });
    return { votes };
  },
};

/** The folder below that of the version, where lists are collected by builder. */
function folderOfSigner(path: string, version: string): string | undefined {
  const folder = path.split('/').at(-2);
  return folder === version ? undefined : folder;
}
