import type { Event } from '../../events/event.js';
import { formatBytes } from '../../text/bytes.js';
import { formatElapsed } from '../../text/duration.js';
import { printable } from '../../text/printable.js';

interface Download {
  readonly name: string;
  received: number;
  size: number | undefined;
}

interface Task {
  readonly since: number;
  text: string;
}

const phases = {
  download: 'downloading packages',
  unpack: 'unpacking packages',
  compose: 'composing',
  configure: 'configuring packages',
  digest: 'taking the digest',
} as const;

/** What is going on right now, told from the events so far. */
export class Activity {
  readonly #downloads = new Map<string, Download>();
  readonly #environments = new Map<string, Task>();
  readonly #builds = new Map<string, Task>();
  /** What a check is at, beyond its builds. */
  #check: string | undefined;
  #received = 0;
  #planned = 0;
  #ended = 0;

  get idle(): boolean {
    const tasks = this.#downloads.size + this.#environments.size + this.#builds.size;
    return tasks === 0 && this.#check === undefined;
  }

  /** @param now milliseconds of the screen's clock */
  take(event: Event, now: number): void {
    switch (event.type) {
      case 'download-started':
        this.#downloads.set(event.id, {
          name: event.name,
          received: event.resumedAt ?? 0,
          size: event.size,
        });
        break;
      case 'download-progress': {
        const download = this.#downloads.get(event.id);
        if (download === undefined) break;
        this.#received += Math.max(0, event.received - download.received);
        download.received = event.received;
        download.size = event.size ?? download.size;
        break;
      }
      case 'download-finished':
      case 'download-failed':
        this.#downloads.delete(event.id);
        if (this.#downloads.size === 0) this.#received = 0;
        break;

      case 'environment-started':
        this.#environments.set(event.environment, {
          since: now,
          text: `${event.packages} packages`,
        });
        break;
      case 'environment-progress': {
        const task = this.#environments.get(event.environment) ?? { since: now, text: '' };
        task.text = `${phases[event.phase]} ${event.done}/${event.total}`;
        this.#environments.set(event.environment, task);
        break;
      }
      case 'environment-ready':
        this.#environments.delete(event.environment);
        break;

      case 'plan-ready':
        this.#planned = event.builds;
        this.#ended = 0;
        break;
      case 'build-waiting':
        this.#builds.set(event.build, { since: now, text: 'waiting for another process' });
        break;
      case 'build-started':
        this.#builds.set(event.build, { since: now, text: 'preparing' });
        break;
      case 'step-started': {
        const task = this.#builds.get(event.build);
        const which = event.total > 1 ? ` (${event.index + 1}/${event.total})` : '';
        if (task !== undefined) task.text = `${event.step}${which}`;
        break;
      }
      case 'build-cached':
      case 'build-finished':
      case 'build-failed':
      case 'build-skipped':
        this.#builds.delete(event.build);
        this.#ended += 1;
        break;

      case 'check-build-started':
        this.#builds.set(event.id, { since: now, text: variedText(event) });
        this.#check ??= 'building twice';
        break;
      case 'check-build-finished':
        this.#builds.delete(event.id);
        break;
      case 'check-comparing':
        this.#check = `comparing ${event.artifacts} artifact${event.artifacts === 1 ? '' : 's'}`;
        break;
      case 'check-searching':
        this.#check = `searching for what matters: ${event.open} open, after ${event.builds} of at most ${event.budget} builds`;
        break;
      case 'check-ended':
        this.#check = undefined;
        break;

      case 'notice':
      case 'lock-resolved':
      case 'output':
      case 'step-finished':
      case 'build-not-covered':
        break;
    }
  }

  /**
   * One line per thing going on, longest running first, downloads together, at most `rows` lines
   * (at least 1); the last says how many more there are. Printable, without styling.
   */
  lines(now: number, rows: number): string[] {
    const tasks = [
      ...[...this.#environments].map(([name, task]) => ({ name: `environment ${name}`, task })),
      ...[...this.#builds].map(([name, task]) => ({ name, task })),
    ].map(
      ({ name, task }) =>
        `${printable(name)}: ${printable(task.text)}  ${formatElapsed(now - task.since)}`,
    );
    const all = [...tasks, ...this.#downloadLine()];
    if (this.#check !== undefined) all.push(this.#check);
    if (this.#planned > 1 && this.#builds.size > 0)
      all.push(`${this.#ended} of ${this.#planned} builds done`);
    return all.length <= rows
      ? all
      : [...all.slice(0, rows - 1), `… and ${all.length - rows + 1} more`];
  }

  #downloadLine(): string[] {
    const downloads = [...this.#downloads.values()];
    const [first] = downloads;
    if (first === undefined) return [];
    if (downloads.length === 1) {
      const size = first.size === undefined ? '' : ` of ${formatBytes(first.size)}`;
      return [`downloading ${printable(first.name)}  ${formatBytes(first.received)}${size}`];
    }
    return [
      `downloading ${downloads.length} files  ${formatBytes(this.#received)}  ${printable(first.name)}, …`,
    ];
  }
}

function variedText({
  varied,
  variations,
}: Extract<Event, { type: 'check-build-started' }>): string {
  if (varied.length === 0) return 'nothing varied';
  if (varied.length === variations && variations > 1) return `all ${variations} varied`;
  return varied.length > 3
    ? `${varied.slice(0, 3).join(', ')} and ${varied.length - 3} more varied`
    : `${varied.join(', ')} varied`;
}
