import { createReadStream } from 'node:fs';
import { posix } from 'node:path';

import type { LogEvent } from '../../sandbox/determinizer/log-events.js';
import { readLog } from '../../sandbox/determinizer/log-reader.js';
import { sourceNames } from '../../sandbox/determinizer/sources.js';
import type { SourceName } from '../../sandbox/determinizer/sources.js';
import type { Writer } from '../types.js';
import { runsAtOnce } from './runs-at-once.js';
import { WrittenFiles } from './written-files.js';

/** Programs remembered; of more it is said that the account is not whole. */
const mostProcesses = 200_000;
/** Writers told of one file, nearest first. */
const mostWriters = 8;
/** Files made from files made from files: how far back. */
const mostGenerations = 16;
/** Arguments and their characters told of one program. */
const mostArguments = 64;
const argumentCharacters = 1000;

interface Process {
  readonly parent: number;
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  consumed: Readonly<Partial<Record<SourceName, number>>>;
}

/** Who made what in one build, as its determinizer's log has it. */
export interface Provenance {
  /** The log was read whole: what is not in it did not happen (for what the determinizer counts). */
  readonly complete: boolean;
  /**
   * Programs that opened a file for writing, the last first, then those that made the files they were told to read
   * (by their arguments; what they read otherwise is not logged). Paths are relative to the tree.
   */
  writersOf(path: string): readonly Writer[];
  /** Place in the order in which files were first opened for writing, under whatever name; undefined: nobody did. */
  order(path: string): number | undefined;
  /** Readings of each source by all programs together. */
  readonly consumed: Readonly<Partial<Record<SourceName, number>>>;
  /** Programs that were executed. */
  readonly programs: number;
  /** Some program had threads, or was told to run several others at once. */
  readonly atOnce: boolean;
}

/** What the determinizer says of a program with threads. */
const threads = 'threads';

/** Reads the log at `path` of a build in `tree` (an absolute path of the sandbox). Rejects only when it cannot be read. */
export async function readProvenance(path: string, tree: string): Promise<Provenance> {
  return provenanceOf(readLog(createReadStream(path)), tree);
}

export async function provenanceOf(
  events: AsyncIterable<LogEvent> | Iterable<LogEvent>,
  tree: string,
): Promise<Provenance> {
  const processes = new Map<number, Process>();
  const files = new WrittenFiles();
  let whole = true;
  let ended = false;
  let programs = 0;
  let atOnce = false;
  let renaming: { readonly process: number; readonly path: string } | undefined;
  for await (const event of events) {
    switch (event.type) {
      case 'process':
        programs++;
        atOnce ||= runsAtOnce(event.executable, event.arguments);
        if (processes.size >= mostProcesses) whole = false;
        else processes.set(event.process, { ...event, consumed: {} });
        break;
      case 'sources': {
        const process = processes.get(event.process);
        if (process !== undefined) process.consumed = event.consumed;
        break;
      }
      case 'write':
        files.write(absolute(event), event.process);
        break;
      case 'rename-from':
        renaming = { process: event.process, path: absolute(event) };
        break;
      case 'rename-to':
        if (renaming?.process === event.process) files.rename(renaming.path, absolute(event));
        renaming = undefined;
        break;
      case 'not-covered':
        atOnce ||= event.what === threads;
        break;
      case 'end':
        ended = true;
        break;
      case 'truncated':
      case 'unreadable':
      case 'cut':
        whole = false;
        break;
      default:
    }
  }
  const consumed: Partial<Record<SourceName, number>> = {};
  for (const process of processes.values()) add(consumed, process.consumed);
  const inTree = (file: string): string => posix.join(tree, file);
  return {
    complete: ended && whole && files.complete,
    consumed,
    programs,
    atOnce,
    order: (file) => files.get(inTree(file))?.first,
    writersOf: (file) =>
      writers(inTree(file), files, processes).map((process) => describe(process, processes)),
  };
}

/** As a path of the sandbox; symbolic links are not followed. */
function absolute({ directory, path }: { directory: string | undefined; path: string }): string {
  return posix.resolve('/', directory ?? '/', path);
}

/** Nearest first: those that wrote the file, then those that wrote what they were told to read. */
function writers(
  path: string,
  files: WrittenFiles,
  processes: ReadonlyMap<number, Process>,
): Process[] {
  const found = new Set<number>();
  const seen = new Set([path]);
  let generation = [path];
  for (let depth = 0; depth < mostGenerations && generation.length > 0; depth++) {
    const next: string[] = [];
    for (const file of generation)
      for (const number of [...(files.get(file)?.writers ?? [])].reverse()) {
        const process = processes.get(number);
        if (process === undefined || found.size >= mostWriters) continue;
        found.add(number);
        for (const input of readByArguments(process, files))
          if (!seen.has(input)) {
            seen.add(input);
            next.push(input);
          }
      }
    generation = next;
  }
  return [...found].flatMap((number) => processes.get(number) ?? []);
}

/** Files of this build that a program's arguments name. */
function readByArguments(process: Process, files: WrittenFiles): string[] {
  return process.arguments
    .slice(1)
    .map((argument) => posix.resolve('/', process.directory, argument))
    .filter((path) => files.get(path) !== undefined);
}

function describe(process: Process, processes: ReadonlyMap<number, Process>): Writer {
  const sources: Partial<Record<SourceName, number>> = {};
  const seen = new Set<Process>();
  for (
    let each: Process | undefined = process;
    each !== undefined && !seen.has(each);
    each = processes.get(each.parent)
  ) {
    seen.add(each);
    add(sources, each.consumed);
  }
  return {
    executable: process.executable,
    arguments: process.arguments
      .slice(0, mostArguments)
      .map((argument) => argument.slice(0, argumentCharacters)),
    directory: process.directory,
    sources,
  };
}

function add(
  sum: Partial<Record<SourceName, number>>,
  more: Readonly<Partial<Record<SourceName, number>>>,
): void {
  for (const name of sourceNames) {
    const times = more[name];
    if (times !== undefined && times > 0) sum[name] = (sum[name] ?? 0) + times;
  }
}
