/**
 * What belongs to this machine and this person, never to a recipe: it may change how fast or from
 * where bits arrive, never which bits. Read from `$XDG_CONFIG_HOME/selfsame/settings.yaml` and
 * `SELFSAME_*` variables.
 */
export interface Settings {
  /** Absolute path of the store. `SELFSAME_STORE`; default `$XDG_CACHE_HOME/selfsame`. */
  readonly storePath: string;
  /** Builds that may run at once, at least 1. `SELFSAME_JOBS`; default: CPUs of the machine. */
  readonly jobs: number;
  /** Never touch the network; what is not in the store is an error. `SELFSAME_OFFLINE=1` or `--offline`. */
  readonly offline: boolean;
  /** Parallel downloads, 1 to 64. Default 8. */
  readonly parallelDownloads: number;
  readonly debian: {
    /** Base URIs of archives, tried in order, before those of the machine's apt configuration. */
    readonly mirrors: readonly string[];
    /** Keyring files trusted for Release files; empty: those of the machine's apt configuration. */
    readonly keyrings: readonly string[];
    /** Snapshot service, last resort: a template with `{timestamp}` (YYYYMMDDTHHMMSSZ) and `{path}`. */
    readonly snapshot: string | undefined;
  };
  /**
   * Absolute paths of OpenPGP keyrings, and folders of them, that attestations are checked with, beside those of
   * `--keyring`. They say what keys are; whose they are says the policy. Undefined: none.
   */
  readonly keyrings?: readonly string[];
  readonly npm: {
    /** Base URI of the registry; undefined: what `npm config get registry` says. */
    readonly registry: string | undefined;
  };
}
