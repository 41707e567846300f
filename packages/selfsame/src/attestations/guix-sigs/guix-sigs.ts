import { projectOf } from '../build-name.js';
import type { AttestationFormat } from '../format.js';
import { isListOrSignature, readSignedLists } from '../signed-lists.js';
import { contradictingLists } from './subset.js';

/** `<version>/<signer>/<list>.SHA256SUMS` (bitcoin-core/guix.sigs, and other projects that took it over). */
const place = /^(?:.*\/)?([^/]+)\/([^/]+)\/([^/]+)\.SHA256SUMS$/;
const isList = (path: string) => place.test(path);

export const guixSigs: AttestationFormat = {
  name: 'guix.sigs',
  takes: (path) => isListOrSignature(path, isList),
  async read(files, context) {
    const votes = await readSignedLists(files, context, 'guix.sigs', isList, (path) => {
      const [, version = '', by, target = ''] = place.exec(path) ?? [];
      const project = context.project ?? projectOf(path.split('/').at(-4) ?? '');
      return { build: { project, version, target }, by };
    });
    return { votes, notes: contradictingLists(votes) };
  },
};
