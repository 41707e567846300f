import type { Command } from '../command.js';

export const storeGcCommand: Command = {
  name: 'store gc',
  summary: 'remove from the store what nothing needs any more',
  description:
    'Keeps what the locks of the workspaces that use the store name, the newest build of each of their ' +
    'projects and targets, and failed builds of the last week. Everything else can be made or fetched ' +
    'again and is removed. With --all nothing is kept, as if the store were new; workspaces, locks and ' +
    'finished artifacts outside of it stay. Does not run while something is being built.',
  arguments: [],
  options: [
    {
      flags: '--all',
      description: 'keep nothing: everything is fetched and built again when it is next needed',
    },
    { flags: '--dry-run', description: 'say what would be removed, and remove nothing' },
    {
      flags: '--keep-days <n>',
      description: 'also keep what came into the store in the last n days',
    },
    { flags: '--wait', description: 'wait for builds that are running instead of giving up' },
  ],
  examples: [
    { command: 'selfsame store gc --dry-run', does: 'see how much could be freed' },
    {
      command: 'selfsame store gc --keep-days 30',
      does: 'free what is older than a month and not needed',
    },
    {
      command: 'selfsame store gc --all',
      does: 'get all the disk space back, also from files that belong to ids of sandboxes',
    },
  ],
  async run(_args, options, context) {
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { openStore } = await import('../../store/store.js');
    const { collectGarbage } = await import('../../store/gc.js');
    const { liveDigests } = await import('../../build/live.js');
    const { formatBytes } = await import('../../text/bytes.js');
    const days = options['keepDays'];
    if (days !== undefined && !(typeof days === 'string' && /^[0-9]{1,5}$/u.test(days))) {
      throw new SelfsameError(
        'WRONG_USE',
        `--keep-days ${String(days)} is not a whole number of days`,
      );
    }
    const all = options['all'] === true;
    if (all && days !== undefined) {
      throw new SelfsameError('WRONG_USE', '--all keeps nothing, --keep-days keeps something', {
        hint: 'Leave one of the two out',
      });
    }
    const dryRun = options['dryRun'] === true;
    const store = await openStore(context.settings.storePath);
    const now = Date.now();
    const report = await collectGarbage(store, {
      live: () => (all ? Promise.resolve(new Set()) : liveDigests(store, now, dryRun)),
      dryRun,
      keepAfter: days === undefined ? Infinity : now - Number(days) * 24 * 3600 * 1000,
      wait: options['wait'] === true,
      signal: context.signal,
    });
    const counts = new Map<string, { count: number; bytes: number }>();
    for (const { kind, bytes } of report.removed) {
      const known = counts.get(kind) ?? { count: 0, bytes: 0 };
      counts.set(kind, { count: known.count + 1, bytes: known.bytes + bytes });
    }
    const what = dryRun ? 'would be removed' : 'removed';
    return {
      exitCode: 0,
      data: { store: store.root, all, dryRun, ...report },
      text: [
        ...[...counts].map(
          ([kind, { count, bytes }]) =>
            `${kind.padEnd(12)}  ${String(count).padStart(6)}  ${formatBytes(bytes)}`,
        ),
        `${report.removed.length} ${what} (${formatBytes(report.removedBytes)}), ${report.kept} kept in ${store.root}`,
      ],
    };
  },
};
