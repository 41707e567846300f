import { parseDeb822 } from '../../download/deb822.js';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Its `Replaces` field. */
  readonly replaces: string | undefined;
}

let last: { status: string; packages: ReadonlyMap<string, InstalledPackage> } | undefined;

/** The packages in the text of a dpkg status file, by name. */
export function installedPackages(status: string): ReadonlyMap<string, InstalledPackage> {
  if (last?.status === status) return last.packages;
  const packages = new Map<string, InstalledPackage>();
  for (const stanza of parseDeb822(status).stanzas) {
    const [name, version] = [stanza.get('package'), stanza.get('version')];
    if (name === undefined || version === undefined) continue;
    packages.set(name, { name, version, replaces: stanza.get('replaces') });
  }
  last = { status, packages };
  return packages;
}
