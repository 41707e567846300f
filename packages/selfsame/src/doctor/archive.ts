import type { IncomingMessage } from 'node:http';
import { readAptConfiguration, type AptConfiguration } from '../download/apt-sources.js';
import { configuredArchives, readKeyring, type DebianArchive } from '../download/debian-archive.js';
import { httpGet } from '../download/http.js';
import { defaultPolicy } from '../download/policy.js';
import { redactUrl } from '../download/url.js';
import type { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import { needs, type Check, type Finding } from './finding.js';

/** Archives tried at most, and milliseconds for each. */
const maxArchives = 4;
const timeout = 10_000;
/** Bytes of an InRelease file that are read: its first fields. */
const headBytes = 4096;
/** The suite every Debian mirror has, to ask a mirror that no source names suites of. */
const anySuite = 'stable';

const remedy =
  'Check the network and proxy, or name a Debian mirror in SELFSAME_DEBIAN_MIRRORS (Ubuntu and others made from Debian: sudo apt-get install python-apt-common debian-archive-keyring names one); what is in the store builds with --offline';

/** What one archive gives: undefined when all is well, else why not. */
type Problem = string | undefined;

/**
 * Whether packages can be had. Machines have archives of others beside Debian's, so one archive that is
 * Debian's and answers is enough, and one keyring that can be read.
 * @param apt the machine's apt configuration; read when undefined
 */
export function checkArchives(settings: Pick<Settings, 'debian'>, apt?: AptConfiguration): Check {
  return async ({ offline, signal }) => {
    let archives: readonly DebianArchive[];
    try {
      archives = configuredArchives(settings, apt ?? (await readAptConfiguration()));
    } catch (error) {
      const { message, hint } = error as SelfsameError;
      return [
        {
          check: 'Debian archive',
          ok: false,
          why: message,
          remedy: hint,
          neededBy: needs.download,
        },
      ];
    }
    const tried = archives.slice(0, maxArchives);
    const keyring = {
      check: 'archive keyring',
      neededBy: needs.resolve,
      remedy:
        'sudo apt-get install debian-archive-keyring, and name it in SELFSAME_DEBIAN_KEYRINGS where apt does not',
    };
    const archive = { check: 'Debian archive', neededBy: needs.download, remedy };
    return [
      anyOf(keyring, await Promise.all(tried.map(tryKeyring))),
      ...(offline
        ? []
        : [anyOf(archive, await Promise.all(tried.map((one) => tryArchive(one, signal))))]),
    ];
  };
}

/** One finding about several places of which one that does is enough. */
function anyOf(
  about: Pick<Finding, 'check' | 'neededBy' | 'remedy'>,
  tried: readonly { readonly name: string; readonly problem: Problem }[],
): Finding {
  const good = tried.filter(({ problem }) => problem === undefined).map(({ name }) => name);
  if (good.length > 0)
    return { ...about, ok: true, why: unique(good).join(', '), remedy: undefined };
  return {
    ...about,
    ok: false,
    why: unique(tried.map(({ name, problem }) => `${name} ${problem}`)).join('; '),
  };
}

async function tryKeyring({
  signedBy,
}: DebianArchive): Promise<{ name: string; problem: Problem }> {
  const name = signedBy.keyrings.join(', ') || 'keys in the source itself';
  try {
    await readKeyring(signedBy);
    return { name, problem: undefined };
  } catch (error) {
    return { name: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

async function tryArchive(
  archive: DebianArchive,
  signal: AbortSignal,
): Promise<{ name: string; problem: Problem }> {
  const name = redactUrl(archive.uri);
  if (!/^https?:/.test(archive.uri)) return { name, problem: undefined };
  const url = `${archive.uri}/dists/${archive.suites[0] ?? anySuite}/InRelease`;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const reply = await httpGet(url, {}, { ...defaultPolicy, headersTimeout: timeout }, limited);
    const status = reply.statusCode ?? 0;
    const head = await readHead(reply);
    if (status >= 400) return { name, problem: `answers with status ${status}` };
    const origin = /^Origin: *(.{1,60})/m.exec(head)?.[1] ?? 'nobody named';
    return {
      name,
      problem: /^Debian\b/.test(origin) ? undefined : `is an archive of ${origin}, not of Debian`,
    };
  } catch (error) {
    return {
      name,
      problem: `cannot be reached (${error instanceof Error ? error.message : String(error)})`,
    };
  }
}

async function readHead(reply: IncomingMessage): Promise<string> {
  let head = '';
  for await (const chunk of reply) {
    head += (chunk as Buffer).toString('latin1');
    // Leaving the loop ends the transfer.
    if (head.length >= headBytes) break;
  }
  return head;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()))];
}
