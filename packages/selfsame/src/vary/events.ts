/** Progress of `selfsame check`. Times are milliseconds. */
export type VaryEvent =
  | {
      readonly type: 'check-build-started';
      /** `build-1`, in the order in which they are made. */
      readonly id: string;
      /** Variations that are on, sorted. */
      readonly varied: readonly string[];
      /** How many there are in this check. */
      readonly variations: number;
    }
  | {
      readonly type: 'check-build-finished';
      readonly id: string;
      readonly outcome: 'built' | 'failed';
      /** Why it failed. Untrusted text. */
      readonly why?: string;
      readonly milliseconds: number;
      /** Artifacts that are not those of the first build; undefined where that is not known (of the first itself). */
      readonly differing?: number;
    }
  | { readonly type: 'check-comparing'; readonly artifacts: number }
  | {
      readonly type: 'check-searching';
      /** Questions that are open: groups of artifacts about which all builds said the same. */
      readonly open: number;
      readonly builds: number;
      /** Builds that are made at most. */
      readonly budget: number;
    }
  | { readonly type: 'check-ended' };
