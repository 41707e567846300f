import fc from 'fast-check';
import { expect, it } from 'vitest';
import { publicKeyProblem } from './ed25519-point.js';

const P = 2n ** 255n - 19n;
const D = (-121665n * power(121666n, P - 2n)) % P;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left % 2n === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** Whether x² = (y² - 1) / (d y² + 1) has a solution other than 0, by Euler's criterion. */
function hasX(y: bigint): boolean {
  const y2 = (y * y) % P;
  const below = (((D * y2 + 1n) % P) + P) % P;
  return power(((y2 + P - 1n) * power(below, P - 2n)) % P, (P - 1n) / 2n) === 1n;
}

it("finds the points of the curve that Euler's criterion finds", () => {
  const seen = { true: 0, false: 0 };
  const anyNumber = fc.bigInt({ min: 2n, max: P - 2n });
  // Numbers with long runs of zeros at either end take other ways through the computation.
  const shifted = fc
    .tuple(fc.bigInt({ min: 1n, max: 2n ** 40n }), fc.nat(214))
    .map(([digits, by]) => digits << BigInt(by));
  fc.assert(
    fc.property(fc.oneof(anyNumber, shifted), (y) => {
      fc.pre(y > 1n);
      const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
      const expected = hasX(y);
      seen[`${expected}`] += 1;
      expect(publicKeyProblem(bytes)).toBe(expected ? undefined : 'is not a point of the curve');
    }),
    { numRuns: 400 },
  );
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(50);
});

/** A root of a square of the field (p is 5 modulo 8), undefined for other numbers. */
function rootOf(square: bigint): bigint | undefined {
  const root = power(square, (P + 3n) / 8n);
  return [root, (root * power(2n, (P - 1n) / 4n)) % P].find((one) => (one * one) % P === square);
}

it('comes to an end for points whose numbers end in many zeros', () => {
  const modulo = (value: bigint) => ((value % P) + P) % P;
  let found = 0;
  for (let k = 1n; k < 100n; k += 1n) {
    // (y² - 1)(d y² + 1) = k 2^90 is an equation of the second degree for y².
    const value = k << 90n;
    const root = rootOf(modulo((1n - D) ** 2n + 4n * D * (1n + value)));
    const y = root && rootOf(modulo((D - 1n + root) * power(modulo(2n * D), P - 2n)));
    if (y === undefined) continue;
    found += 1;
    const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
    expect(publicKeyProblem(bytes)).toBe(hasX(y) ? undefined : 'is not a point of the curve');
  }
  expect(found).toBeGreaterThan(5);
});
