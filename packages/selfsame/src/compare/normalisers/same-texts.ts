import type { LeafWatcher } from '../session.js';
import { textBytes, textOf } from '../text/text-lines.js';
import type { Normaliser } from './normaliser.js';

/**
 * Notes by which normaliser two texts are the same: names by the place of the text, as JSON. The whole of both is looked
 * at, since bytes beside what a normaliser is for may differ, too.
 */
export function noteSameTexts(
  places: Map<string, ReadonlySet<string>>,
  normalisers: readonly Normaliser[],
): LeafWatcher {
  return async (_difference, place, a, b) => {
    if (Math.max(a.size, b.size) > textBytes) return;
    const [inA, inB] = await Promise.all([a.read(0, a.size), b.read(0, b.size)]);
    const [textA, textB] = [textOf(inA)?.bytes, textOf(inB)?.bytes];
    if (textA === undefined || textB === undefined) return;
    const same = normalisers.filter(
      ({ text }) => text !== undefined && text(textA) === text(textB),
    );
    if (same.length === 0) return;
    places.set(JSON.stringify(place), new Set(same.map(({ name }) => name)));
  };
}

/** Digests as their length, in hexadecimal as programs print them and in base64 with the name of what they are. */
export function withoutDigests(text: string): string {
  return text
    .replace(
      /(?<![\dA-Za-z])(?:[\da-f]{128}|[\da-f]{96}|[\da-f]{64}|[\da-f]{56}|[\da-f]{40}|[\da-f]{32})(?![\dA-Za-z])/gi,
      (digest) => `#${digest.length}`,
    )
    .replace(
      /(\bsha(?:1|224|256|384|512)[-:=]|,sha256=|SHA-?\d{1,3}-Digest(?:-Manifest(?:-Main-Attributes)?)?: )([\w+/-]{27,88}={0,2})/g,
      (_, before: string, digest: string) => `${before}#${digest.length}`,
    );
}

/** Without the armoured signatures in it (RFC 9580, 6.2). */
export function withoutSignatures(text: string): string {
  const parts = text.split(/(-----(?:BEGIN|END) (?:PGP|SSH) SIGNATURE-----)/);
  let isInside = false;
  return parts
    .filter((part) => {
      if (part.startsWith('-----BEGIN') && part.endsWith(' SIGNATURE-----')) isInside = true;
      else if (part.startsWith('-----END') && part.endsWith(' SIGNATURE-----')) isInside = false;
      else return !isInside;
      return true;
    })
    .join('');
}
