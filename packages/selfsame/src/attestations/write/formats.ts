import { encodeBase64, inTotoKeyIds, olpcJsonBytes, sha256Hex } from '@selfsame/verify';
import type { BuildName, PublicKey, VotedArtifact } from '@selfsame/verify';
import { formatMinisignKey, signMinisign, signSignify } from '../../signing/minisign.js';
import {
  formatMetablock,
  linkDocument,
  openPgpMetablockSignature,
  signMetablock,
} from '../../signing/in-toto.js';
import { signSsh } from '../../signing/ssh.js';
import type { PrivateKey } from '../../signing/private-key.js';
import { parseOpenPgpSignature } from '../in-toto-layout/openpgp.js';
import { sshNamespace } from '../judge-detached.js';
import type { GpgKey } from './gpg.js';

/** Formats that `selfsame sign --as` writes, each with the keys that its verifiers know. */
export const signFormats = {
  'in-toto': ['ed25519', 'gpg'],
  rebuilderd: ['ed25519'],
  guix: ['gpg'],
  gitian: ['gpg'],
  sha256sums: ['gpg'],
  minisign: ['ed25519'],
  signify: ['ed25519'],
  ssh: ['ed25519'],
} as const satisfies Readonly<Record<string, readonly ('ed25519' | 'gpg')[]>>;
export type SignFormat = keyof typeof signFormats;

/** What is signed. */
export interface Result {
  readonly build: BuildName;
  /** Build id. */
  readonly definition: string;
  /** Sorted by path, each once. */
  readonly artifacts: readonly VotedArtifact[];
}

export interface Signer {
  /** As folders and files are called after it. */
  readonly name: string;
  readonly key: PrivateKey | GpgKey;
}

export interface SignedFile {
  /** Names of folders and of the file; not yet safe as a path. */
  readonly path: readonly string[];
  readonly content: string | Uint8Array;
  /** Same for all who got the same: never to be replaced by other bytes. */
  readonly isShared?: boolean;
}

/** How the build definition is called among what others name as inputs. */
const definitionName = 'build-definition.json';

/**
 * The files of one result in a format of others. The same key, result and format give the same files, except for gpg's, which
 * hold a time.
 */
export async function signAs(
  format: SignFormat,
  result: Result,
  signer: Signer,
): Promise<readonly SignedFile[]> {
  const { project, version, target } = result.build;
  const folder = [`${project}.sigs`, version];
  const { key, name } = signer;
  const list = hashLines(result.artifacts);
  if ('fingerprint' in key) {
    switch (format) {
      case 'guix': {
        const place = [...folder, name, `${target}.SHA256SUMS`];
        return [{ path: place, content: list }, await detached(place, list, '.asc', key)];
      }
      case 'sha256sums': {
        const place = [...folder, `${target}-SHA256SUMS`];
        const shared = { path: place, content: list, isShared: true };
        return [shared, await detached(place, list, `.${name}.asc`, key)];
      }
      case 'gitian': {
        const release = `${version}-${target}`;
        const text = assertion(result, release);
        const place = [`${project}.sigs`, release, name, `${project}-build.assert`];
        return [{ path: place, content: text }, await detached(place, text, '.sig', key)];
      }
      default: {
        const signed = link(result, target, result.artifacts);
        const payload = olpcJsonBytes(signed);
        const signature = parseOpenPgpSignature(await key.sign(payload, 'binary'));
        const by = signature.fingerprint ?? key.fingerprint;
        const block = { signed, payload, signatures: [openPgpMetablockSignature(by, signature)] };
        return [{ path: [...folder, linkName(target, by)], content: formatMetablock(block) }];
      }
    }
  }
  const [keyId] = inTotoKeyIds(key.publicKey);
  const place = [...folder, `${target}-SHA256SUMS`];
  const shared = { path: place, content: list, isShared: true };
  const beside = (suffix: string) => [...folder, `${target}-SHA256SUMS.${name}.${suffix}`];
  const bytes = Buffer.from(list);
  switch (format) {
    case 'minisign': {
      const comment = `file:${target}-SHA256SUMS`;
      const text = signMinisign(bytes, key, keyNumber(key.publicKey), comment);
      return [shared, { path: beside('minisig'), content: text }];
    }
    case 'signify': {
      const text = signSignify(bytes, key, keyNumber(key.publicKey));
      return [shared, { path: beside('sig'), content: text }];
    }
    case 'ssh':
      return [shared, { path: beside('sshsig'), content: signSsh(bytes, sshNamespace, key) }];
    case 'rebuilderd':
      return result.artifacts.map((artifact) => {
        const file = artifact.path.split('/').at(-1) ?? artifact.path;
        const signed = link(result, `rebuild ${file}`, [artifact]);
        const content = formatMetablock(signMetablock(signed, [key]));
        return { path: [...folder, linkName(`rebuild ${artifact.path}`, keyId)], content };
      });
    default: {
      const content = formatMetablock(signMetablock(link(result, target, result.artifacts), [key]));
      return [{ path: [...folder, linkName(target, keyId)], content }];
    }
  }
}

/** What others need of a key, and the command that checks a signature with it. */
export function publicHalf(format: SignFormat, { key, name }: Signer): string | undefined {
  if ('fingerprint' in key) return `openpgp:${key.fingerprint}`;
  switch (format) {
    case 'minisign':
    case 'signify': {
      const number = keyNumber(key.publicKey);
      return formatMinisignKey({ key: key.publicKey, number }, `${name} public key`).trimEnd();
    }
    case 'ssh':
      return `${name} namespaces="${sshNamespace}" ssh-ed25519 ${encodeBase64(sshBlob(key.publicKey))}`;
    default:
      return undefined;
  }
}

/** Lines of sha256sum, sorted as bytes by name. */
function hashLines(artifacts: readonly VotedArtifact[]): string {
  return artifacts.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

async function detached(
  place: readonly string[],
  text: string,
  suffix: string,
  key: GpgKey,
): Promise<SignedFile> {
  const form = suffix === '.sig' ? 'binary' : 'armored';
  const path = [...place.slice(0, -1), `${place.at(-1) ?? ''}${suffix}`];
  return { path, content: await key.sign(Buffer.from(text), form) };
}

function link({ definition }: Result, name: string, artifacts: readonly VotedArtifact[]) {
  const products = Object.fromEntries(artifacts.map(({ path, sha256 }) => [path, { sha256 }]));
  const materials = { [definitionName]: { sha256: definition } };
  return linkDocument({ name, command: [], materials, products, byproducts: {}, environment: {} });
}

/** As in-toto looks for it: `<step>.<first 8 digits of the key id>.link`. */
function linkName(step: string, keyId: string): string {
  return `${step}.${keyId.slice(0, 8)}.link`;
}

function assertion({ build, definition, artifacts }: Result, release: string): string {
  const lines = artifacts.map(({ path, sha256 }) => `    ${sha256}  ${path}\n`).join('');
  return [
    '--- !!omap\n',
    `- out_manifest: |\n${lines}`,
    `- in_manifest: |-\n    ${definition}  ${definitionName}\n`,
    '- base_manifests: !!omap []\n',
    `- release: ${JSON.stringify(release)}\n`,
    `- name: ${JSON.stringify(build.project)}\n`,
    '- type: build\n',
    "- optionals: ''\n",
  ].join('');
}

/** Key numbers are chosen at random by minisign and signify; ours follow from the key, so that each has one. */
function keyNumber(key: PublicKey): Uint8Array {
  return Buffer.from(sha256Hex(key.bytes).slice(0, 16), 'hex');
}

function sshBlob(key: PublicKey): Buffer {
  return Buffer.concat(
    [Buffer.from('ssh-ed25519'), Buffer.from(key.bytes)].flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
