import { fromCanary } from './canaries/recognition.js';
import type { Cause } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf } from './reading.js';

/** What uname(1) says. */
export const kernelVersion: Cause = {
  name: 'kernel-version',
  title: 'Kernel version',
  summary: 'A program asked uname(2) for the release, version or machine of the running kernel.',
  looks: 'releases such as `6.1.0-18-amd64`, what `uname -a` prints.',
  get remedies() {
    return [remedy];
  },
  variations: ['kernel', 'personality', 'machine-facts'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    const found = fromCanary(reading, 'kernel-version', () => ({ remedy }));
    if (found !== undefined) return found;
    const pair =
      pairOf(
        reading,
        /(?<![\w.])[2-7]\.\d{1,3}\.\d{1,3}-[\w.+~-]{1,60}(?<=-(?:amd64|arm64|generic|cloud\S{0,8}|azure|aws|gcp|default|x86_64|lts|zen\S{0,4}|arch\S{0,8}|fc\d\d\S{0,12}|el\d\S{0,14}|WSL2|rt\S{0,8}|\d{1,3}-\w{2,12}))(?![\w.])/g,
      ) ??
      pairOf(
        reading,
        /Linux(?: version)? (?:[\w.-]{1,64} )?[2-7]\.\d{1,3}\.\d{1,3}[\w.+~-]{0,60}/g,
        128,
      ) ??
      pairOf(reading, /#\d{1,4}(?:-\w+)? SMP[^\0\n]{0,80}/g, 128);
    return pair === undefined
      ? undefined
      : { kind: 'release of Linux', certainty: 'likely', ...valuesOf(reading, pair), remedy };
  },
};

const remedy =
  'Do not ask the running kernel (`uname -r`, `/proc/version`): take the target as a setting of the build, as with `--host` of configure.';
