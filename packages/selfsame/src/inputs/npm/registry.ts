import { execa } from 'execa';
import { z } from 'zod';
import type { Context } from '../../context.js';
import { downloadBytes } from '../../download/download-bytes.js';
import { urlProblem } from '../../download/url.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { integritySchema } from '../formats.js';

/** Largest description of a package, bytes; the largest known (with thousands of versions) are below 50 MiB. */
const maxDescriptionBytes = 128 * 1024 ** 2;

let configured: Promise<string> | undefined;

/**
 * Base URI of the registry without a slash at the end: the settings', else what `npm config get registry` says.
 * Rejects with `NPM_REGISTRY_UNKNOWN`.
 */
export async function npmRegistry(settings: Context['settings']): Promise<string> {
  const text = settings.npm.registry ?? (await (configured ??= askNpm()));
  const problem = text === '' ? 'is not set' : urlProblem(text);
  if (problem === undefined) return text.replace(/\/+$/, '');
  throw new SelfsameError('NPM_REGISTRY_UNKNOWN', `the address of the npm registry ${problem}`, {
    hint: 'set npm.registry in the settings, or install npm and run npm config set registry ADDRESS',
  });
}

async function askNpm(): Promise<string> {
  const result = await execa('npm', ['config', 'get', 'registry'], {
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    timeout: 60_000,
    maxBuffer: 100_000,
  });
  return result.exitCode === 0 ? result.stdout.trim() : '';
}

/** The tarball's address by the registry's convention. */
export function tarballUrl(registry: string, name: string, version: string): string {
  const base = name.split('/').at(-1) ?? name;
  return `${registry}/${name}/-/${base}-${encodeURIComponent(version)}.tgz`;
}

const distSchema = z.object({ integrity: integritySchema });
const versionSchema = z.object({ name: z.string(), version: z.string(), dist: distSchema });

/**
 * The integrity the registry states for one version. Rejects with `NPM_PACKAGE_NOT_FOUND`, `NPM_REPLY_INVALID`,
 * `NPM_REGISTRY_UNKNOWN`, or as `downloadBytes`.
 */
export async function registryIntegrity(
  name: string,
  version: string,
  context: Context,
): Promise<string> {
  const registry = await npmRegistry(context.settings);
  const url = `${registry}/${name.replace('/', '%2f')}/${encodeURIComponent(version)}`;
  const label = `${name}@${version}`;
  const request = {
    name: `the description of ${label}`,
    urls: [url],
    maxBytes: maxDescriptionBytes,
  };
  let bytes: Buffer;
  try {
    bytes = await downloadBytes(request, context);
  } catch (error) {
    throw asNotFound(error, label);
  }
  let described: z.infer<typeof versionSchema>;
  try {
    described = versionSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw invalid(label, 'without a usable integrity', cause);
  }
  if (described.name !== name || described.version !== version) {
    throw invalid(
      label,
      `as ${described.name.slice(0, 300)}@${described.version.slice(0, 300)}`,
      undefined,
    );
  }
  return described.dist.integrity;
}

/** `NPM_PACKAGE_NOT_FOUND` for a file that the registry does not have; other errors as they are. */
export function asNotFound(error: unknown, label: string): unknown {
  if (!(error instanceof SelfsameError && error.code === 'DOWNLOAD_NOT_FOUND')) return error;
  return new SelfsameError('NPM_PACKAGE_NOT_FOUND', `the npm registry does not have ${label}`, {
    hint: `check the name and version: npm view ${label}`,
    cause: error,
  });
}

function invalid(label: string, how: string, cause: unknown): SelfsameError {
  return new SelfsameError('NPM_REPLY_INVALID', `the npm registry describes ${label} ${how}`, {
    hint: 'add integrity: to the input, from a place you trust',
    cause,
  });
}
