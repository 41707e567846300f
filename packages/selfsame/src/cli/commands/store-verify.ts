import type { Command } from '../command.js';

export const storeVerifyCommand: Command = {
  name: 'store verify',
  summary: 'read everything in the store and check it',
  description:
    'Hashes every file, tree and result in the store again. Exit code 1 if something is not what its ' +
    'name says. With --repair that is moved to quarantine/, so that it is fetched or built again when it ' +
    'is next needed; `selfsame store gc` removes it for good.',
  arguments: [],
  options: [{ flags: '--repair', description: 'move what is damaged out of the way' }],
  examples: [
    { command: 'selfsame store verify', does: 'check the whole store' },
    { command: 'selfsame store verify --repair', does: 'check it, and put what is damaged aside' },
  ],
  async run(_args, options, context) {
    const { openStore } = await import('../../store/store.js');
    const { verifyStore } = await import('../../store/verify.js');
    const { storeChecks } = await import('../../build/store-checks.js');
    const { formatBytes } = await import('../../text/bytes.js');
    const { printable } = await import('../../text/printable.js');
    const store = await openStore(context.settings.storePath);
    const repair = options['repair'] === true;
    const report = await verifyStore(store, {
      checks: storeChecks(store, context.signal),
      repair,
      signal: context.signal,
    });
    const { damaged, checkedFiles, checkedEntries, checkedBytes, unchecked } = report;
    const summary = `${checkedFiles} files (${formatBytes(checkedBytes)}) and ${checkedEntries} entries checked`;
    return {
      exitCode: damaged.length === 0 ? 0 : 1,
      data: { store: store.root, ...report },
      text: [
        ...damaged.map(
          ({ kind, name, reason, quarantinedAt }) =>
            `${context.style.red('damaged')}  ${kind} ${printable(name)}: ${printable(reason)}${quarantinedAt === undefined ? '' : `; moved to ${quarantinedAt}`}`,
        ),
        ...(unchecked === 0
          ? []
          : [
              `${unchecked} entries of kinds that carry no digest of their content were not checked`,
            ]),
        damaged.length === 0
          ? `${summary}, nothing is damaged`
          : `${summary}, ${damaged.length} damaged`,
        ...(damaged.length > 0 && !repair
          ? ['Put them aside with: selfsame store verify --repair']
          : []),
      ],
    };
  },
};
