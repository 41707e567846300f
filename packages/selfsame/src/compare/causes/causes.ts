import type { Finding } from '../types.js';
import { addressLayout } from './address-layout.js';
import { buildId } from './build-id.js';
import { buildLog } from './build-log.js';
import { buildPath } from './build-path.js';
import type { Cause, Evidence } from './cause.js';
import { checksum } from './checksum.js';
import { code } from './code.js';
import { compression } from './compression.js';
import { consequence } from './consequence.js';
import { environmentVariable } from './environment-variable.js';
import { fileSystem } from './file-system.js';
import { answersOf } from './find-causes.js';
import { homeDirectory } from './home-directory.js';
import { hostName } from './host-name.js';
import { kernelVersion } from './kernel-version.js';
import { locale } from './locale.js';
import { missingFile } from './missing-file.js';
import { order } from './order.js';
import { ownership } from './ownership.js';
import { permissions } from './permissions.js';
import { processNumber } from './process-number.js';
import { processorCount } from './processor-count.js';
import { processorModel } from './processor-model.js';
import { randomness } from './randomness.js';
import { signature } from './signature.js';
import { symbolicLink } from './symbolic-link.js';
import { text } from './text.js';
import { timeZone } from './time-zone.js';
import { timestamp } from './timestamp.js';
import { toolchainVersion } from './toolchain-version.js';
import { uninitialisedMemory } from './uninitialised-memory.js';
import { unknown } from './unknown.js';
import { userName } from './user-name.js';

/** Every cause there is. Of equally certain answers about the same bytes, that of the first one here counts. */
export const causes: readonly Cause[] = [
  signature,
  buildId,
  compression,
  // What accounts for a whole content comes before what a part of it looks like.
  order,
  environmentVariable,
  homeDirectory,
  hostName,
  userName,
  kernelVersion,
  processorModel,
  timeZone,
  randomness,
  buildPath,
  buildLog,
  timestamp,
  ownership,
  permissions,
  locale,
  addressLayout,
  processorCount,
  processNumber,
  toolchainVersion,
  checksum,
  fileSystem,
  uninitialisedMemory,
  consequence,
  symbolicLink,
  missingFile,
  code,
  text,
  unknown,
];

/**
 * What the causes say to one piece of evidence, most certain first, at most four; a difference of bytes or of a field
 * that none knows is `unknown`. Pure and bounded.
 */
export function findCauses(evidence: Evidence): readonly Finding[] {
  return answersOf(causes, evidence);
}
