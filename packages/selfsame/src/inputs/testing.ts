import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { testContext } from '../download/testing.js';
import type { TestContext } from '../download/testing.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import { scanTree } from '../store/tree-digest.js';
import type { InputContext } from './types.js';

/** A workspace with one recipe directory, `projects/thing`, and a store of its own. */
export interface InputTestContext extends InputContext, AsyncDisposable {
  readonly directory: string;
  readonly controller: AbortController;
  /** Writes a file relative to the recipe's directory. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** The same workspace and store without a network. */
  offline(): InputContext;
}

export async function inputTestContext(
  settings: Partial<Settings> = {},
): Promise<InputTestContext> {
  const context: TestContext = await testContext(settings);
  const workspaceRoot = join(context.directory, 'workspace');
  const recipeDirectory = join(workspaceRoot, 'projects', 'thing');
  await mkdir(recipeDirectory, { recursive: true });
  const all = { ...context, workspaceRoot, recipeDirectory, label: 'thing.source' };
  return {
    ...all,
    async write(path, content) {
      await mkdir(dirname(join(recipeDirectory, path)), { recursive: true });
      await writeFile(join(recipeDirectory, path), content);
    },
    offline: () => ({ ...all, settings: { ...context.settings, offline: true } }),
    [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
  };
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<SelfsameError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof SelfsameError) return outcome;
  throw new TypeError(
    `not refused: ${outcome instanceof Error ? outcome.message : JSON.stringify(outcome)}`,
  );
}

/** `path content`, `path* content` for executables, `path -> target`, or `path/`, for each entry of a tree. */
export async function treeListing(path: string): Promise<string[]> {
  const entries = await scanTree(path);
  return await Promise.all(
    entries.map(async (entry) => {
      if (entry.type === 'directory') return `${entry.path}/`;
      if (entry.type === 'symlink') return `${entry.path} -> ${entry.target}`;
      const content = await readFile(join(path, entry.path), 'utf8');
      return `${entry.path}${entry.mode === 0o755 ? '*' : ''} ${content}`;
    }),
  );
}

/** Names of the trees the store holds. */
export async function storedTrees(context: InputContext): Promise<string[]> {
  return await readdir(join(context.store.root, 'trees'));
}
