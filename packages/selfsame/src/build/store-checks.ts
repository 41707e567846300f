import type { Store, EntryKind } from '../store/types.js';
import type { CheckEntry } from '../store/verify.js';
import { checkResultEntry } from './live.js';

/** How `store verify` checks the entries whose content the store does not know itself. Kept failed builds are nobody's promise. */
export function storeChecks(store: Store): Partial<Record<EntryKind, CheckEntry>> {
  return { builds: checkResultEntry(store), failed: () => Promise.resolve(undefined) };
}
