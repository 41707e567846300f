import type { Content, FollowingPart, Format } from './formats/format.js';
import type { Session } from './session.js';
import { isDigestSection } from './consequences.js';
import type { Difference } from './types.js';

const none: ReadonlyMap<string, FollowingPart> = new Map();

/**
 * Parts that differ only because others do, as their format sees it. Something must be left that they can follow
 * from: else none does.
 */
export async function followingParts(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  { children, fields, order }: Pick<Difference, 'children' | 'fields' | 'order'>,
): Promise<ReadonlyMap<string, FollowingPart>> {
  if (format.follows === undefined || children.length < 2) return none;
  const names = children.filter(isInBoth).map(({ name }) => name);
  let found: ReadonlyMap<string, FollowingPart>;
  try {
    found = await format.follows(a, b, names, session.access(a, session.signal));
  } catch (error) {
    session.reasonOf(error);
    return none;
  }
  const hasReason = ({ findings, children }: Difference): boolean =>
    findings.some(({ consequence }) => !consequence) || children.some(hasReason);
  const isLeft = (child: Difference): boolean =>
    !found.has(child.name) && !isDigestSection(child.name) && hasReason(child);
  return children.some(isLeft) || order !== undefined || fields.length > 0 ? found : none;
}

function isInBoth({ presence, nameInB }: Difference): boolean {
  return presence === 'both' && nameInB === undefined;
}
