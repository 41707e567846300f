/** Bounds on one YAML file a person (or an attacker) wrote. */
export interface YamlLimits {
  /** Bytes of the file in UTF-8. */
  readonly bytes: number;
  /** Nested mappings and sequences. */
  readonly depth: number;
  /** Values of the document with every alias expanded. */
  readonly nodes: number;
  /** Uses of aliases (`*name`). */
  readonly aliases: number;
}

export const defaultYamlLimits: YamlLimits = {
  bytes: 1024 * 1024,
  depth: 32,
  nodes: 100_000,
  aliases: 100,
};
