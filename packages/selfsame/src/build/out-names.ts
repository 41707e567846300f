/** Name of the hash list in each directory of finished artifacts; the format of sha256sum(1). */
export const hashListName = 'SHA256SUMS';

/** Name of the SLSA provenance there. */
export const provenanceName = 'provenance.intoto.json';

const ours: readonly string[] = [hashListName, provenanceName];

/**
 * The name of ours that an artifact would stand in the way of, or undefined. What lies under these names
 * is said by selfsame: a build that could put its own list or provenance there could speak for it.
 *
 * @param path of an artifact, relative to /build/out
 */
export function takenOutName(path: string): string | undefined {
  const [top = ''] = path.split('/', 1);
  return ours.includes(top) ? top : undefined;
}
