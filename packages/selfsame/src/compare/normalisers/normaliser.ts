import type { Difference, FieldDifference, Place } from '../types.js';

/** Where a normaliser looks. */
export interface NormaliserSubject {
  readonly place: Place;
  /** Readers of the containers around it, outermost first. */
  readonly formats: readonly string[];
  /** The thing as it was found, before anything of it was hidden. */
  readonly difference: Difference;
  /** Whether it is a part of a program, a document and the like, where names are not those of files. */
  readonly isInStructure: boolean;
}

/** A kind of difference that does not count when it is named. A file of `normalisers/` holds related ones. */
export interface Normaliser {
  /** As it is named on the command line. */
  readonly name: string;
  /** One sentence: what it hides. */
  readonly hides: string;
  /**
   * Whether a header value does not count.
   *
   * @param isAround it is what the container has of the thing, not what its own headers say
   */
  field?(field: FieldDifference, subject: NormaliserSubject, isAround: boolean): boolean;
  /** Whether a thing with everything in it does not count. */
  whole?(subject: NormaliserSubject): boolean;
  /** Another order of the same parts does not count. */
  readonly order?: true;
  /** Another name of the same thing does not count. */
  readonly names?: true;
  /**
   * What is left of a text: texts of which the same is left do not count. One character for each byte (latin1).
   */
  text?(text: string): string;
}
