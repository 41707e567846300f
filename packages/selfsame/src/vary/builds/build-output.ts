import { StringDecoder } from 'node:string_decoder';

import type { Emit } from '../../events/event.js';
import { LastLines } from './last-lines.js';

/** What a build prints: all of it as events, and its end for the report. */
export class BuildOutput {
  readonly #last = new LastLines();
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #source: string;
  readonly #emit: Emit;

  /** @param source of the events: the build's id */
  constructor(source: string, emit: Emit) {
    this.#source = source;
    this.#emit = emit;
  }

  readonly take = (stream: 'stdout' | 'stderr', chunk: Uint8Array): void => {
    this.#last.take(chunk);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#say(stream, this.#decoders[stream].write(bytes));
  };

  /** Says the rest of half characters. Once, when the build is over. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const)
      this.#say(stream, this.#decoders[stream].end());
  }

  /** At most 40 lines of at most 500 characters, safe for a terminal. */
  lastLines(): readonly string[] {
    return this.#last.lines();
  }

  #say(stream: 'stdout' | 'stderr', text: string): void {
    if (text !== '') this.#emit({ type: 'output', source: this.#source, stream, text });
  }
}
