import type { Pair } from './align.js';
import { describeBytes, type Where } from './compare-contents.js';
import { differingFields, otherBytes } from './compare-fields.js';
import { newDifference, unexaminedBy } from './difference.js';
import { consequence, findingsOf, merged } from './findings.js';
import type { Listed } from './read-parts.js';
import type { Wanted } from './read-wanted.js';
import type { Session } from './session.js';
import type { Difference, Finding } from './types.js';

/** What differs in a part that both containers have: its fields, and what it holds. */
export async function compareMember(
  session: Session,
  { a, b }: Pair<Listed>,
  inA: Wanted,
  inB: Wanted,
  where: Where,
): Promise<Difference> {
  const name = a?.name ?? b?.name ?? '';
  const place = [...where.place, name];
  const isEncodedOtherwise = a?.sha256 === b?.sha256 && a?.encodedKey !== b?.encodedKey;
  const fields = [
    ...differingFields(inA.fields, inB.fields),
    ...(isEncodedOtherwise ? [otherBytes(encodedSize(a), encodedSize(b))] : []),
  ];
  for (const field of fields) session.fieldsAround.add(field);
  const inside =
    inA.kept === undefined || inB.kept === undefined
      ? undefined
      : await describeBytes(session, inA.kept.content, inB.kept.content, { ...where, place });
  if (inside === undefined) session.takeDifference();
  const known = inside ?? newDifference(name);
  const ofFields = findingsOf(
    session,
    { fields, ranges: [], order: undefined, presence: 'both' },
    { place, formats: where.formats, contentDiffers: a?.sha256 !== b?.sha256 },
  );
  const isDerived = a?.derived === true && b?.derived === true && a.sha256 !== b.sha256;
  if (isDerived) session.following.add(JSON.stringify(place));
  const derived = isDerived ? [consequence(place, 'made from other parts')] : [];
  const otherType = a?.type !== b?.type && a !== undefined && b !== undefined;
  const problem = a?.problem ?? b?.problem;
  const unread = problem === undefined ? [] : [unexaminedBy(problem, place)];
  return {
    ...known,
    nameInB: a?.name === b?.name ? undefined : b?.name,
    types: otherType ? [a.type, b.type] : known.types,
    sizeA: a?.size,
    sizeB: b?.size,
    sha256A: a?.sha256,
    sha256B: b?.sha256,
    fields: [...fields, ...known.fields],
    unexamined: [...unread, ...known.unexamined],
    findings: merged([
      ...derived,
      ...(isDerived ? ofFields.map(following) : ofFields),
      ...known.findings,
    ]),
  };
}

/** A part that only one container has. */
export function missingMember(
  session: Session,
  { a, b }: Pair<Listed>,
  where: Where,
): Difference | undefined {
  const part = a ?? b;
  if (part === undefined || (a !== undefined && b !== undefined)) return undefined;
  session.takeDifference();
  const presence = a === undefined ? 'only-b' : 'only-a';
  const difference = newDifference(part.name, {
    presence,
    sizeA: a?.size,
    sizeB: b?.size,
    sha256A: a?.sha256,
    sha256B: b?.sha256,
  });
  const place = [...where.place, part.name];
  if (part.derived || part.isLone === true) {
    const [inA, inB] = [a, b].map((one) => (one === undefined ? '' : one.name));
    const said = consequence(place, 'made from other parts', inA, inB);
    return { ...difference, findings: [part.derived ? said : { ...said, ...unexplained }] };
  }
  return {
    ...difference,
    findings: findingsOf(session, difference, {
      place,
      formats: where.formats,
      contentDiffers: true,
    }),
  };
}

/** Of what is made from other parts, where none of those differs. */
const unexplained: Pick<Finding, 'cause' | 'certainty' | 'consequence' | 'remedy'> = {
  cause: 'unknown',
  certainty: 'possible',
  consequence: false,
  remedy: 'compare the options of the program that writes it: nothing else differs',
};

function following(finding: Finding): Finding {
  return { ...finding, consequence: true };
}

/** A key begins with the number of bytes. */
function encodedSize(part: Listed | undefined): { readonly size: number } {
  return { size: Number.parseInt(part?.encodedKey ?? '0', 10) };
}
