import { readAptConfiguration } from '../download/apt-sources.js';
import { configuredArchives, readKeyring, type DebianArchive } from '../download/debian-archive.js';
import { httpGet } from '../download/http.js';
import { defaultPolicy } from '../download/policy.js';
import { redactUrl } from '../download/url.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import { needs, type Check, type Finding } from './finding.js';

/** Archives tried at most, and milliseconds for each. */
const maxArchives = 4;
const timeout = 10_000;

/** Whether packages can be had: archives are configured, their keyrings can be read, and they answer. */
export function checkArchives(settings: Pick<Settings, 'debian'>): Check {
  return async ({ offline, signal }) => {
    let archives: readonly DebianArchive[];
    try {
      archives = configuredArchives(settings, await readAptConfiguration());
    } catch (error) {
      return [unusable('Debian archive', error)];
    }
    const findings = await Promise.all(
      archives
        .slice(0, maxArchives)
        .map(async (archive) => [
          await keyring(archive),
          ...(offline ? [] : [await reachable(archive, signal)]),
        ]),
    );
    return withoutRepeats(findings.flat());
  };
}

async function keyring(archive: DebianArchive): Promise<Finding> {
  const check = 'archive keyring';
  try {
    const bytes = await readKeyring(archive.signedBy);
    const from = archive.signedBy.keyrings.join(', ') || 'in the source itself';
    return { check, ok: bytes.length > 0, why: from, remedy: undefined, neededBy: needs.resolve };
  } catch (error) {
    return unusable(check, error);
  }
}

async function reachable(archive: DebianArchive, signal: AbortSignal): Promise<Finding> {
  const name = redactUrl(archive.uri);
  const finding = { check: 'Debian archive', neededBy: needs.resolve };
  if (!/^https?:/.test(archive.uri)) return { ...finding, ok: true, why: name, remedy: undefined };
  const suite = archive.suites[0];
  const url = `${archive.uri}/${suite === undefined ? '' : `dists/${suite}/InRelease`}`;
  const remedy =
    'Check the network and proxy, or name another mirror with SELFSAME_DEBIAN_MIRRORS; what is in the store builds with --offline';
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const reply = await httpGet(url, {}, { ...defaultPolicy, headersTimeout: timeout }, limited);
    const status = reply.statusCode ?? 0;
    reply.destroy();
    // A mirror of the settings may refuse to list its root: it answers, which is the question.
    const ok = status < 400 || (suite === undefined && status < 500);
    return {
      ...finding,
      ok,
      why: ok ? `${name} answers` : `${name} answers with status ${status}`,
      remedy: ok ? undefined : remedy,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...finding, ok: false, why: `${name} cannot be reached (${why})`, remedy };
  }
}

function unusable(check: string, error: unknown): Finding {
  return {
    check,
    ok: false,
    why: error instanceof Error ? error.message : String(error),
    remedy:
      (error instanceof SelfsameError ? error.hint : undefined) ??
      'sudo apt-get install debian-archive-keyring',
    neededBy: needs.resolve,
  };
}

function withoutRepeats(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(findings.map((finding) => [`${finding.check} ${finding.why}`, finding])).values(),
  ];
}
