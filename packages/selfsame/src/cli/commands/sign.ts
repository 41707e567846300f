import { join, relative, resolve } from 'node:path';
import type { FoundResults, ResultSelection } from '../../record/built-result.js';
import type { Command, CommandContext } from '../command.js';

/** Finds the results of what the workspace around the working directory describes now. */
export type FindResults = (
  selection: ResultSelection,
  context: CommandContext,
) => Promise<FoundResults & { readonly workspaceRoot: string }>;

/** The command over a way to find results; tests hand in their own. */
export function createSignCommand(findResults: FindResults): Command {
  return {
    name: 'sign',
    summary: 'sign what your builds gave',
    description:
      'Signs a claim for each build that recipes and lock describe now and that is finished: these artifacts (path and sha256) came out of this build ' +
      'definition. The bytes in the store are hashed again before. A claim holds no time, host or ' +
      'builder, so all who got the same bits sign the same bytes. Signatures are files that never ' +
      'conflict: commit them, or send them to whoever collects them. Beside each claim go the build ' +
      'definition, so that others can see what differs from theirs, and the signed provenance: ' +
      'evidence that never counts as a claim.',
    arguments: [
      {
        syntax: '[projects...]',
        description: 'projects, or project@target (default: all of the workspace)',
        complete: 'projects',
      },
    ],
    options: [
      { flags: '--target <target>', description: 'target of the projects named without one' },
      {
        flags: '--key <file>',
        description: 'private key, by file or name (default: your only or default key)',
      },
      {
        flags: '--out <dir>',
        description: 'attestations folder (default: attestations/ in the workspace)',
      },
      {
        flags: '--as <format>',
        description:
          'instead of claims, write what other programs verify: in-toto, rebuilderd, minisign, signify, ssh; with --gpg also guix, gitian, sha256sums',
      },
      { flags: '--gpg <key>', description: 'sign with this key of your gpg' },
      {
        flags: '--signer <name>',
        description:
          'what folders and files of other formats call you (default: the name of the key)',
      },
    ],
    examples: [
      { command: 'selfsame sign pigz', does: 'sign what the build of pigz gave' },
      {
        command: 'selfsame sign --key /run/secrets/ci.key --out /srv/attestations',
        does: 'sign all projects, with a key and a folder of their own',
      },
      {
        command: 'selfsame sign pigz --as guix --gpg alice@example.org --signer alice',
        does: 'write SHA256SUMS with a signature that gpg and guix-verify check',
      },
    ],
    async run(args, options, context) {
      const { SelfsameError } = await import('../../errors/selfsame-error.js');
      const { readPrivateKey } = await import('../../record/key-file.js');
      const { chooseKeyFile, namedKeyFile } = await import('../../record/choose-key.js');
      const { printable } = await import('../../text/printable.js');
      const { checkSignAs, signResultsAs } = await import('../sign-as.js');
      const { signResults } = await import('../../record/sign-results.js');
      const { key: file, out, target } = options;
      const format = await checkSignAs(options);
      const keyPath = (): string =>
        typeof file === 'string'
          ? namedKeyFile(file, context.cwd, process.env)
          : chooseKeyFile(process.env);
      // The key first: without it nothing else is worth the wait.
      const plan = format === undefined ? { own: readPrivateKey(keyPath()) } : { format };
      const selection = {
        projects: args,
        target: typeof target === 'string' ? target : undefined,
      };
      const found = await findResults(selection, context);
      const [missing] = found.missing;
      if (missing !== undefined || found.results.length === 0) {
        const keys = found.missing.map((one) => one.key);
        const why = missing === undefined ? 'there is nothing to sign' : missing.reason;
        throw new SelfsameError(
          'NOT_BUILT',
          missing === undefined ? why : `${missing.key} has no finished build to sign: ${why}`,
          {
            hint: `build first: selfsame build${keys.length === 0 ? '' : ` ${keys.join(' ')}`}`,
            details: { missing: found.missing },
          },
        );
      }
      const folder =
        typeof out === 'string'
          ? resolve(context.cwd, out)
          : join(found.workspaceRoot, 'attestations');
      if ('format' in plan) {
        return await signResultsAs(plan.format, found.results, folder, keyPath, options, context);
      }
      const { key, name } = plan.own;
      const signed = await signResults(found.results, key, folder, context.signal);
      const shown = (path: string) => relative(context.cwd, path) || '.';
      return {
        exitCode: 0,
        data: { keyId: key.publicKey.id, name, folder, signed },
        text: signed.flatMap((one) => [
          `${context.style.bold(one.key)}  ${one.artifacts.length} artifact${one.artifacts.length === 1 ? '' : 's'}, build id ${one.definition}`,
          `  ${one.outcome === 'unchanged' ? 'was signed already' : 'signed'}: ${shown(join(folder, one.path))}`,
          ...(one.provenanceProblem === undefined
            ? []
            : [`  without provenance: ${printable(one.provenanceProblem)}`]),
        ]),
      };
    },
  };
}

/** Results, in the store, of what the workspace around the working directory describes now. */
export const findResultsInStore: FindResults = async (selection, context) => {
  const { openBuild } = await import('../../build/open-build.js');
  const { findBuiltResults } = await import('../find-built-results.js');
  const engine = await context.engine();
  const { workspace, plan, dependencies } = await openBuild(context.cwd, selection, engine);
  const found = await findBuiltResults(plan, selection, dependencies, engine.store);
  return { ...found, workspaceRoot: workspace.root };
};

export const signCommand: Command = createSignCommand(findResultsInStore);
