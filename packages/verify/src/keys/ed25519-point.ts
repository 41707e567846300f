// The curve of RFC 8032 §5.1: -x² + y² = 1 + d x² y² over the field of p = 2^255 - 19.
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * y coordinates of the eight points of small order, whose "signatures" anyone can make. Orders 4, 1,
 * 2 and, for the last two, 8 (the values follow from 8·(x, y) = (0, 1); the test recomputes them).
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/** What is wrong with 32 bytes as an Ed25519 public key (RFC 8032 §5.1.3), or undefined when nothing is. */
export function publicKeyProblem(bytes: Uint8Array): string | undefined {
  const y = decodeY(bytes);
  if (y >= P) return 'is not encoded in the one canonical way';
  if (SMALL_ORDER_Y.has(y)) return 'is a point of small order, for which anyone can sign';
  const y2 = (y * y) % P;
  // x² = (y² - 1) / (d y² + 1) must be a square: Euler's criterion on numerator times denominator.
  const square = ((y2 + P - 1n) * (D * y2 + 1n)) % P;
  return isSquare(square) ? undefined : 'is not a point of the curve';
}

function decodeY(bytes: Uint8Array): bigint {
  const bigEndian = Buffer.from(bytes).reverse();
  // The highest bit is the sign of x.
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f;
  return BigInt(`0x${bigEndian.toString('hex')}`);
}

/** Euler's criterion, value^((p-1)/2) = 1, where (p-1)/2 = 2^254 - 10: squarings alone, on both sides of 10. */
function isSquare(value: bigint): boolean {
  let power = value;
  for (let count = 0; count < 254; count += 1) power = (power * power) % P;
  return value !== 0n && power === value ** 10n % P;
}
