/** The size of a part whose bytes must be read to be counted. */
export const unknownSize = 0;
