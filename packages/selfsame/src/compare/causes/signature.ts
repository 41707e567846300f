import type { Cause } from './cause.js';
import { readingOf, shownField, shownRanges } from './reading.js';

/** Signatures. */
export const signature: Cause = {
  name: 'signature',
  title: 'Signature',
  summary:
    'A signature has a random part or a time, or was made with a key that only one side has.',
  looks:
    'PGP, PKCS #7 and Authenticode blocks, `META-INF/*.SF`, APK signing blocks, signed kernel modules.',
  get remedies() {
    return [
      'Keep signatures apart from what they sign; `--ignore signature` leaves them out of the comparison.',
    ];
  },
  variations: ['randomness', 'time'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { field, place } = evidence;
    if (field?.kind === 'signature')
      return {
        ...shownField(reading, field),
        certainty: 'certain',
        remedy,
      };
    if (
      field !== undefined &&
      field.kind !== 'text' &&
      field.kind !== 'other' &&
      field.kind !== 'name'
    )
      return undefined;
    const kind = byName(place) ?? byBytes(reading);
    if (kind === undefined) return undefined;
    return { kind, certainty: 'likely', ...shownRanges(reading), remedy };
  },
};

const remedy =
  'Keep signatures apart from what they sign: build unsigned, compare, then attach the published signature; `--ignore signature` leaves it out of the comparison.';

/** Members and sections that hold signatures. */
function byName(place: readonly string[]): string | undefined {
  const name = place.at(-1) ?? '';
  if (/(?:^|\/)META-INF\/[^/]+\.(?:RSA|DSA|EC|SF)$/i.test(name)) return 'jar signature';
  if (/(?:^|\/)_?gpg(?:builder|origin|maint)?$/.test(name) && place.length > 1)
    return 'deb signature';
  if (/\.(?:asc|sig|gpg|sigstore|minisig|p7s|p7b|signify)$/i.test(name)) return 'signature file';
  if (/^\.SIGN\.RSA/.test(name)) return 'apk signature';
  if (/APK Signing Block/i.test(name)) return 'APK signing block';
  if (/LC_CODE_SIGNATURE|^_CodeSignature\/|\/_CodeSignature\//.test(name))
    return 'Mach-O signature';
  if (/certificate table|attribute certificate|authenticode/i.test(name))
    return 'Authenticode or Secure Boot signature';
  return undefined;
}

const armour =
  /-----BEGIN (?:PGP SIGNATURE|PGP SIGNED MESSAGE|PKCS7|CERTIFICATE|CMS|SSH SIGNATURE)-----/;

function byBytes({ a, b, isText }: ReturnType<typeof readingOf>): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  const texts = [a.text, b.text];
  const head = texts.map((text) => armour.exec(text)?.[0]);
  if (head[0] !== undefined && head[0] === head[1])
    return `${/BEGIN ([\w ]+)-/.exec(head[0])?.[1] ?? 'armoured'} block`;
  if (texts.every((text) => text.includes('~Module signature appended~')))
    return 'kernel module signature';
  if (texts.every((text) => text.includes('APK Sig Block 42'))) return 'APK signing block';
  // The object identifier of signedData, 1.2.840.113549.1.7.2 (RFC 5652).
  if (
    !isText &&
    texts.every((text) => text.includes('\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02'))
  )
    return 'PKCS #7 signature';
  return undefined;
}
