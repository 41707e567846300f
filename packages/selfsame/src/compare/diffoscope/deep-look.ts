import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Content } from '../formats/format.js';
import type { LeafWatcher, Session } from '../session.js';
import type { CauseName, CompareReport, Difference, Place, Unexamined } from '../types.js';
import { runDiffoscope } from './run-diffoscope.js';

/** What `--deep` was asked for. */
export interface DeepOptions {
  /** Where pages go; made if it is not there. */
  readonly directory: string;
  /** For each run of diffoscope. */
  readonly milliseconds?: number;
  /** For tests. */
  readonly program?: string;
}

/** Things that diffoscope is shown at most, and bytes of each side of one. */
const mostLeaves = 12;
const leafBytes = 64 * 2 ** 20;
const defaultMilliseconds = 120_000;

/** Causes that name a kind of content, not a reason. */
const saysLittle: ReadonlySet<CauseName> = new Set(['unknown', 'code', 'text']);

interface Leaf {
  readonly place: Place;
  readonly directory: string;
  readonly a: string;
  readonly b: string;
}

/** Keeps copies of what no cause explains, and shows them to diffoscope when the comparison has ended. */
export class DeepLook {
  readonly #session: Session;
  readonly #leaves: Leaf[] = [];
  #left = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** To be told of all that no reader goes further into. */
  readonly watch: LeafWatcher = async (difference, place, a, b) => {
    if (!isUnexplained(difference)) return;
    if (this.#leaves.length >= mostLeaves || Math.max(a.size, b.size) > leafBytes) {
      this.#left += 1;
      return;
    }
    const name =
      place
        .at(-1)
        ?.replace(/[^A-Za-z0-9._+-]/g, '_')
        .slice(-100) ?? '';
    const directory = await this.#session.scratch.emptyDirectory();
    const leaf = { place, directory, a: `a/${name || '_'}`, b: `b/${name || '_'}` };
    this.#leaves.push(leaf);
    await Promise.all([copy(a, directory, 'a', leaf.a), copy(b, directory, 'b', leaf.b)]);
  };

  /**
   * Runs diffoscope on what was kept and is still part of the report.
   *
   * @throws SelfsameError COMPARE_REPORT_NOT_WRITTEN; the reason of the signal
   */
  async addTo(report: CompareReport, options: DeepOptions): Promise<CompareReport> {
    if (report.difference === undefined) return report;
    await makeDirectory(options.directory);
    const hidden = new Set(report.hidden.map(({ place }) => JSON.stringify(place)));
    const deep: { place: Place; file: string }[] = [];
    const unexamined: Unexamined[] = [];
    const rest = (detail: string): void => {
      const place = [report.difference?.name ?? ''];
      unexamined.push({ place, reason: 'too-many-differences', detail });
    };
    const signal = this.#session.options.signal ?? new AbortController().signal;
    for (const [index, { place, directory, a, b }] of this.#leaves.entries()) {
      if (isBelow(place, hidden)) continue;
      const html = join(options.directory, `${index + 1}.html`);
      const { milliseconds = defaultMilliseconds, program } = options;
      const end = await runDiffoscope({
        ...{ directory, a, b, html, milliseconds, signal },
        ...(program !== undefined && { program }),
      });
      if (end.type === 'page') deep.push({ place, file: html });
      else unexamined.push({ place, reason: end.reason, detail: end.detail });
      if (end.type === 'none' && end.reason === 'tool-missing') break;
    }
    if (this.#left > 0) rest(`diffoscope was not shown ${this.#left} more that no cause explains`);
    return { ...report, deep, unexamined: [...report.unexamined, ...unexamined] };
  }
}

function isUnexplained({ findings }: Difference): boolean {
  return findings.every(({ cause }) => saysLittle.has(cause));
}

function isBelow(place: Place, places: ReadonlySet<string>): boolean {
  return place.some((_, index) => places.has(JSON.stringify(place.slice(0, index + 1))));
}

async function copy(content: Content, directory: string, side: string, to: string): Promise<void> {
  await mkdir(join(directory, side));
  await pipeline(content.stream(), createWriteStream(join(directory, to), { mode: 0o600 }));
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const message = `the directory ${path} for the pages of diffoscope cannot be made`;
    const hint = 'give --deep a directory that can be written';
    throw new SelfsameError('COMPARE_REPORT_NOT_WRITTEN', message, { hint, cause });
  }
}
