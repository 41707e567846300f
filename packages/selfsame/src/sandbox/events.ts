/** Output of what runs in a sandbox. `text` is untrusted: reporters must neutralise control characters. */
export interface SandboxEvent {
  readonly type: 'output';
  /** Which build or command it belongs to, for example `zlib@linux-x86_64`. */
  readonly source: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}
