import type { Cause, Recognition } from './cause.js';
import { numberPair } from './decoders/numbers.js';
import { before } from './matching.js';
import { readingOf, shownField } from './reading.js';

/** Owner and group of files. */
export const ownership: Cause = {
  name: 'ownership',
  title: 'Owner and group',
  summary: 'An archive recorded who owned the files, which is who ran the build.',
  looks: 'fields for user and group in archives and trees; the numbers themselves in text.',
  get remedies() {
    return ['tar', 'ar', 'cpio', 'zip', 'deb', 'squashfs', 'iso', 'ext', 'rpm'].map(advice);
  },
  variations: ['user-group'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { field } = evidence;
    if (field?.kind === 'owner')
      return {
        ...shownField(reading, field),
        certainty: 'certain',
        remedy: advice(reading.format),
      };
    if (field !== undefined && field.kind !== 'text' && field.kind !== 'other') return undefined;
    return numbers(reading);
  },
};

/** Numbers of users and groups in text: only with canaries, on both sides. */
function numbers(reading: ReturnType<typeof readingOf>): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  if (canariesA === undefined || canariesB === undefined || reading.a === undefined)
    return undefined;
  for (const key of ['uid', 'gid'] as const) {
    if (canariesA[key] === canariesB[key]) continue;
    const pair = numberPair(
      reading,
      (value) => value === canariesA[key],
      (value) => value === canariesB[key],
    );
    if (pair === undefined) continue;
    const rare = canariesA[key] >= 100 && canariesB[key] >= 100;
    const word = /(?:uid|gid|user|group|owner|id)\W{0,4}$/i.test(before(reading.a, pair.start));
    return {
      kind: key === 'uid' ? 'user number' : 'group number',
      certainty: rare || word ? 'certain' : 'likely',
      ...pair.values,
      remedy: 'Do not write the number of the user who builds; give files to 0:0 when packing.',
    };
  }
  return undefined;
}

function advice(format: string | undefined): string {
  switch (format) {
    case undefined:
      return 'Give files a fixed owner (`chown 0:0`), or leave owners out of the comparison with `--ignore owner`.';
    case 'ar':
      return 'Make static libraries with `ar D` (`ARFLAGS=Dcr`, and `ranlib -D`).';
    case 'cpio':
      return 'Pack with `cpio -R 0:0 --reproducible`.';
    case 'zip':
      return 'Pack with `zip -X`, which leaves owners out.';
    case 'deb':
      return 'Build with `dpkg-deb --root-owner-group`, or `Rules-Requires-Root: no`.';
    case 'squashfs':
      return 'Make it with `mksquashfs -all-root`.';
    case 'iso':
    case 'iso9660':
      return 'Make it with `xorriso -as mkisofs -r` (owners become 0).';
    case 'ext':
      return 'Make it with `mke2fs -E root_owner=0:0 -d` from files owned by 0:0 (fakeroot).';
    case 'rpm':
      return 'Set `%defattr(-,root,root)`.';
    default:
      return 'Pack with `tar --owner=0 --group=0 --numeric-owner`.';
  }
}
