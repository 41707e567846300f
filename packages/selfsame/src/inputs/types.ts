import type { Sha256 } from '../store/types.js';
import type { Context } from '../context.js';

/**
 * What `selfsame lock` writes about one input, and all a build definition says of it: content, never
 * a place it came from.
 */
export interface PinnedInput {
  /** `file`: bytes of one file. `tree`: digest of a normalised tree (store/tree-digest.ts). */
  readonly form: 'file' | 'tree';
  /** sha256 of the file, or tree digest, as the sandbox will see it. */
  readonly digest: Sha256;
  /** File name inside `/build/inputs/<input>/` for form `file`; undefined for trees. */
  readonly fileName?: string;
  /** Seconds since 1970 the content carries itself (commit date, changelog, newest member), for SOURCE_DATE_EPOCH; absent if none. */
  readonly date?: number;
  /** Kind-specific facts needed to fetch it again (commit, pool paths with sha256 and size, integrity …): plain JSON, no URLs, no hosts. */
  readonly origin: Readonly<Record<string, unknown>>;
}

/** An input as it lies in the store after `fetch`. */
export interface FetchedInput extends PinnedInput {
  /** Absolute path of the file or directory in the store, read-only. */
  readonly path: string;
}

export interface InputContext extends Context {
  /** Absolute path of the workspace root: relative paths and keyrings are under it. */
  readonly workspaceRoot: string;
  /** Directory of the recipe, absolute. */
  readonly recipeDirectory: string;
  /** `project.input`, for messages. */
  readonly label: string;
}

/**
 * One kind of input (`inputs/<kind>/`). `Spec` is what the recipe says after expressions are expanded,
 * already validated by the kind's schema.
 */
export interface InputKind<Spec> {
  readonly kind: string;
  /** True when the recipe alone pins the content, so that no lock entry is needed (a url with sha256, a local file). */
  pinsItself(spec: Spec): boolean;
  /** Finds out what the content is, verifying what the recipe asks (signatures, hashes), and stores it. May use the network. */
  pin(spec: Spec, context: InputContext): Promise<PinnedInput>;
  /** Brings exactly the pinned content into the store, from the store itself if it is there. Rejects when the content differs. */
  fetch(spec: Spec, pinned: PinnedInput, context: InputContext): Promise<FetchedInput>;
}
