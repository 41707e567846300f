import { SelfsameError } from '../../errors/selfsame-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { Variation } from '../types.js';
import { addressSpace } from './address-space/address-space.js';
import { blockSize } from './block-size/block-size.js';
import { buildPath } from './build-path/build-path.js';
import { cpuAffinity } from './cpu-affinity/cpu-affinity.js';
import { cpuCount } from './cpu-count/cpu-count.js';
import { cpuFeatures } from './cpu-features/cpu-features.js';
import { cpuModel } from './cpu-model/cpu-model.js';
import { delays } from './delays/delays.js';
import { domainName } from './domain-name/domain-name.js';
import { environment } from './environment/environment.js';
import { environmentSize } from './environment-size/environment-size.js';
import { execPath } from './exec-path/exec-path.js';
import { fileOrder } from './file-order/file-order.js';
import { fileTimes } from './file-times/file-times.js';
import { home } from './home/home.js';
import { hostName } from './host-name/host-name.js';
import { inodeNumbers } from './inode-numbers/inode-numbers.js';
import { jobs } from './jobs/jobs.js';
import { kernel } from './kernel/kernel.js';
import { locales } from './locales/locales.js';
import { machineFacts } from './machine-facts/machine-facts.js';
import { memoryPoison } from './memory-poison/memory-poison.js';
import { network } from './network/network.js';
import { niceness } from './niceness/niceness.js';
import { personality } from './personality/personality.js';
import { pids } from './pids/pids.js';
import { randomness } from './randomness/randomness.js';
import { shell } from './shell/shell.js';
import { temporaryDirectory } from './temporary-directory/temporary-directory.js';
import { terminal } from './terminal/terminal.js';
import { time } from './time/time.js';
import { timeOfDay } from './time-of-day/time-of-day.js';
import { timezone } from './timezone/timezone.js';
import { umask } from './umask/umask.js';
import { userGroup } from './user-group/user-group.js';

const all: readonly Variation[] = [
  environment,
  buildPath,
  home,
  userGroup,
  umask,
  locales,
  timezone,
  time,
  timeOfDay,
  hostName,
  domainName,
  kernel,
  personality,
  cpuCount,
  cpuAffinity,
  cpuModel,
  cpuFeatures,
  fileOrder,
  addressSpace,
  execPath,
  shell,
  terminal,
  network,
  blockSize,
  inodeNumbers,
  jobs,
  pids,
  machineFacts,
  randomness,
  temporaryDirectory,
  environmentSize,
  memoryPoison,
  delays,
  fileTimes,
  niceness,
];

/**
 * All variations, in the order in which tables show them: who and where first, then the machine, then what only the
 * kernel knows. They commute: the order in which they are applied makes no difference.
 */
export const variations: readonly Variation[] = all.map((one) => ({
  ...one,
  available(host) {
    const why = host.notHere?.[one.name];
    return why === undefined ? one.available(host) : { works: false, why };
  },
}));

/**
 * The variation of that name.
 *
 * @throws SelfsameError VARIATION_UNKNOWN
 */
export function variationNamed(name: string): Variation {
  const found = variations.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = variations.map((one) => one.name);
  const near = didYouMean(name, names);
  throw new SelfsameError('VARIATION_UNKNOWN', `there is no variation ${JSON.stringify(name)}`, {
    hint: near ?? `They are: ${names.join(', ')}`,
  });
}
