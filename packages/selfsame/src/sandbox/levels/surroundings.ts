import type { Surroundings } from '../types.js';

/**
 * What builds of recipes and runs are told of the machine, beyond their description: part of what levels mean, so
 * changing it changes results. The kernel is of the long-term series that Debian 12 ships, which is new enough for
 * every C library in use.
 */
export const usualSurroundings: Surroundings = {
  kernelRelease: '6.1.0-selfsame',
  kernelVersion: '#1 SMP PREEMPT_DYNAMIC selfsame 1.0',
  machine: 'x86_64',
  domain: '(none)',
  processorModel: 'selfsame baseline processor',
  blockSize: 4096,
  clockStep: 1000,
  personality: 0,
  tellsSourceDate: true,
  niceness: 0,
  affinity: undefined,
  terminal: undefined,
  laidOver: [],
  names: {},
};

/** Those with some of them changed, as a request has it. */
export function surroundings(changes: Partial<Surroundings> | undefined): Surroundings {
  return { ...usualSurroundings, ...changes };
}
