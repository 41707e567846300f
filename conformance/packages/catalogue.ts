// packages.yaml: which packages, how each is built, and in which environment.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const packageSchema = z
  .strictObject({
    name: z.string(),
    /** Version of the source package; or `crate`, the name of a Rust library in the environment. */
    version: z.string().optional(),
    crate: z.string().optional(),
    suite: z.string().default('bookworm'),
    language: z.enum(['C', 'C++', 'Python', 'Perl', 'Go', 'Java', 'Rust', 'TeX', 'JavaScript']),
    environment: z.string(),
    style: z.enum(['upstream', 'debian']),
    /** Where the sources are unpacked, below a Go path. */
    path: z.string().default('source'),
    build: z.string().optional(),
    /** What to count in the output: one match is one result. */
    tests: z.string().optional(),
    /** Files that are not compared, by pattern on their path. */
    except: z.string().optional(),
    /** Part of `make conformance`. */
    quick: z.boolean().default(false),
    /** Why it differs natively, in a few words. */
    native: z.string().optional(),
    /** Why it differs under `virtual`, if it does, or what else is to be known. */
    note: z.string().optional(),
  })
  .refine(({ version, crate }) => (version === undefined) !== (crate === undefined), {
    message: 'version or crate',
  });

const catalogueSchema = z.strictObject({
  environments: z.record(
    z.string(),
    z.strictObject({ debian: z.string(), packages: z.array(z.string()) }),
  ),
  packages: z.array(packageSchema),
});

export type StudiedPackage = z.infer<typeof packageSchema>;
export type Catalogue = z.infer<typeof catalogueSchema>;

/** Reads and checks packages.yaml beside this file; throws where it is not as described. */
export async function readCatalogue(): Promise<Catalogue> {
  const catalogue = catalogueSchema.parse(
    parse(await readFile(join(import.meta.dirname, 'packages.yaml'), 'utf8')),
  );
  const seen = new Set<string>();
  for (const { name, environment } of catalogue.packages) {
    if (seen.has(name)) throw new Error(`${name} is listed twice`);
    if (catalogue.environments[environment] === undefined) {
      throw new Error(`${name}: there is no environment ${environment}`);
    }
    seen.add(name);
  }
  return catalogue;
}
