import type { Cause } from './cause.js';
import { readingOf, show } from './reading.js';

/** Mode bits of files. */
export const permissions: Cause = {
  name: 'permissions',
  title: 'Permissions',
  summary: 'A file kept the mode that the umask of the build gave it.',
  looks: 'fields for modes; `(umask)` where only bits differ that the umask decides.',
  get remedies() {
    return [advice(undefined), advice('tar'), advice('ar')].map((each) =>
      each.replace(/^./, (letter) => letter.toUpperCase()),
    );
  },
  variations: ['umask'],
  endsAt: 'fixed',
  recognise(evidence) {
    const { field, canariesA, canariesB } = evidence;
    if (field?.kind !== 'mode') return undefined;
    const { format } = readingOf(evidence);
    const [a, b] = [octal(field.a), octal(field.b)];
    // What is masked on one side and not on the other explains every bit that differs.
    const umask =
      canariesA !== undefined && canariesB !== undefined
        ? canariesA.umask ^ canariesB.umask
        : 0o022;
    const masked = a !== undefined && b !== undefined && a !== b && ((a ^ b) & ~umask) === 0;
    return {
      kind: `${format === undefined ? 'file' : format} ${masked ? 'mode (umask)' : 'mode'}`,
      certainty: 'certain',
      a: show(field.a ?? ''),
      b: show(field.b ?? ''),
      remedy: `${masked ? 'Set `umask 022` before building, or ' : ''}${advice(format)}`.replace(
        /^./,
        (letter) => letter.toUpperCase(),
      ),
    };
  },
};

function octal(text: string | undefined): number | undefined {
  const digits = /^(?:0o)?0?([0-7]{3,7})$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function advice(format: string | undefined): string {
  switch (format) {
    case 'tar':
      return 'pack with `tar --mode=go=rX,u+rw,a-s`.';
    case 'ar':
      return 'make static libraries with `ar D`, which sets mode 644.';
    case 'zip':
      return 'install files with modes (`install -m 644`) before zip reads them.';
    case undefined:
      return 'install files with modes: `install -m 644`, `install -d -m 755`.';
    default:
      return `install files with modes (\`install -m 644\`) before the ${format} is made.`;
  }
}
