/** Bytes of one debug section, as it is or decompressed. */
export interface DebugBytes {
  /** Of what can be read. */
  readonly size: number;
  /** Where it stands in the file; undefined where it was decompressed. */
  readonly offset: number | undefined;
  /** Bytes from `at` on, fewer at the end. */
  read(at: number, length: number): Promise<Uint8Array>;
  /** For relocatable objects with addends apart: the value that belongs at a place. */
  readonly relocated: ReadonlyMap<number, number>;
}

/** The sections that hold what compile units say of themselves; those that are not there are undefined. */
export interface DebugSections {
  readonly little: boolean;
  readonly info: DebugBytes | undefined;
  readonly abbreviations: DebugBytes | undefined;
  readonly strings: DebugBytes | undefined;
  readonly lineStrings: DebugBytes | undefined;
  readonly stringOffsets: DebugBytes | undefined;
}
