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
  // x² = (y² - 1) / (d y² + 1) must be a square: so must numerator times denominator.
  const square = ((y2 + P - 1n) * (D * y2 + 1n)) % P;
  return isSquare(square) ? undefined : 'is not a point of the curve';
}

function decodeY(bytes: Uint8Array): bigint {
  const bigEndian = Buffer.from(bytes).reverse();
  // The highest bit is the sign of x.
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f;
  return BigInt(`0x${bigEndian.toString('hex')}`);
}

/**
 * Whether a value below P is a square of the field other than 0: its Jacobi symbol over the prime P is 1
 * (Cohen, "A Course in Computational Algebraic Number Theory", algorithm 1.4.10).
 */
function isSquare(value: bigint): boolean {
  let a = value;
  let b = P;
  let right = lowBits(P);
  let isResidue = true;
  while (a !== 0n) {
    let left = lowBits(a);
    while (left === 0) {
      // An even number of twos changes no sign.
      a >>= 30n;
      left = lowBits(a);
    }
    const twos = 31 - Math.clz32(left & -left);
    if (twos > 0) {
      a >>= BigInt(twos);
      left = lowBits(a);
    }
    // (2/b) is -1 for b of 3 or 5 modulo 8; (a/b) is -(b/a) where both are 3 modulo 4.
    if (twos % 2 === 1 && ((right & 7) === 3 || (right & 7) === 5)) isResidue = !isResidue;
    if ((left & right & 3) === 3) isResidue = !isResidue;
    const rest = b % a;
    b = a;
    right = left;
    a = rest;
  }
  // What is left is the greatest common divisor: P where the value was 0.
  return isResidue && b === 1n;
}

function lowBits(value: bigint): number {
  return Number(BigInt.asUintN(30, value));
}
