/**
 * Modification time of every file and tree in the store, seconds since 1970: 1 January 2000 UTC. They are
 * shared by builds with different SOURCE_DATE_EPOCHs, so they cannot carry those; this one is old enough
 * never to be newer than an output, and new enough for zip archives, which begin in 1980.
 */
export const storedTreeTime = 946_684_800;
