import type { Cause } from './cause.js';
import { readingOf, show } from './reading.js';

/** Targets of links. */
export const symbolicLink: Cause = {
  name: 'symbolic-link',
  title: 'Link',
  summary: 'A symbolic or hard link points elsewhere.',
  looks: 'fields for targets of links.',
  get remedies() {
    return [
      'Link with relative targets: `ln -sr`.',
      'For hard links in archives: `tar --sort=name`.',
    ];
  },
  variations: ['build-path', 'file-order'],
  endsAt: undefined,
  recognise(evidence) {
    const { field } = evidence;
    if (field?.kind !== 'link') return undefined;
    const { format } = readingOf(evidence);
    const hard = /hard/i.test(field.name);
    return {
      kind: `${format ?? 'file'} ${hard ? 'hard link' : 'link'} target`,
      certainty: 'likely',
      a: show(field.a ?? ''),
      b: show(field.b ?? ''),
      remedy: hard
        ? 'Pack in a fixed order (`tar --sort=name`) or without hard links (`--hard-dereference`): the first name met becomes the target.'
        : 'Link with relative targets: `ln -sr`.',
    };
  },
};
