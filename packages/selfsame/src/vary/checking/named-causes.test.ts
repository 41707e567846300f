import { describe, expect, it } from 'vitest';

import { newDifference } from '../../compare/difference.js';
import type { CauseName, Finding } from '../../compare/types.js';
import { variations } from '../variations/variations.js';
import type { Dependence } from '../types.js';
import { namedCauses, provedCauses } from './named-causes.js';
import { provedFindings } from './proved-findings.js';
import { vanishesAt } from './vanishes-at.js';

const used = new Map(variations.map((each) => [each.name, each]));

const finding = (cause: CauseName): Finding => ({
  ...{ cause, certainty: 'likely', kind: '', place: [], offsetA: 0, offsetB: 0, a: '', b: '' },
  ...{ remedy: '', consequence: false, more: 0 },
});

const withSets = (...sets: string[][]): Dependence => ({ type: 'with', sets });

function answer(shown: readonly CauseName[], dependence: Dependence) {
  const difference = newDifference('x', { findings: shown.map(finding) });
  const causes = namedCauses(difference, dependence, used);
  const level = vanishesAt({ dependence, causes, used, all: variations, virtual: true });
  return { causes, level, proved: [...provedCauses(difference, dependence, used).values()] };
}

describe('causes of what differs', () => {
  it.each<[string, CauseName[], CauseName[]]>([
    // The only cause that the variation can have.
    ['memory-poison', ['unknown'], ['uninitialised-memory']],
    ['timezone', ['text'], ['time-zone']],
    ['inode-numbers', ['text'], ['file-system']],
    // It may be this or that.
    ['niceness', ['text'], ['text']],
    ['jobs', ['text'], ['text']],
    ['environment-size', ['unknown'], ['unknown']],
    ['user-group', ['text'], ['text']],
    ['shell', ['text'], ['text']],
    // The bytes say it.
    ['jobs', ['order'], ['order']],
    ['user-group', ['ownership', 'text'], ['ownership']],
  ])('with %s, where bytes show %s, are %s', (name, shown, causes) => {
    expect(answer(shown, withSets([name])).causes).toEqual(causes);
  });

  it.each([
    ['memory-poison', 'uninitialised-memory', /memset.*calloc/],
    ['timezone', 'time-zone', /TZ=UTC/],
    ['locales', 'locale', /LC_ALL=C/],
    ['umask', 'permissions', /./],
    // There is one for each format: none of them is the one.
    ['build-path', 'build-path', /^Find out/],
  ])('that builds with %s have proved, as %s, come with what ends them', (name, cause, remedy) => {
    const difference = newDifference('x', { findings: [finding('unknown')] });
    const values = () => ({ a: 'one', b: 'other' });
    const [proved] = provedFindings('x', difference, withSets([name]), used, values);
    expect(proved).toMatchObject({ cause, a: 'one', b: 'other', consequence: false });
    expect(proved?.remedy).toMatch(remedy);
  });

  it('are not named of several variations together', () => {
    expect(answer(['text'], withSets(['timezone', 'locales']))).toMatchObject({
      ...{ causes: ['text'], proved: [] },
    });
  });
});

describe('the level at which it vanishes', () => {
  it('is that of the variation, whatever its cause is in general', () => {
    // The name of the processor is constant; what the C library makes of the processor is not.
    expect(answer(['processor-model'], withSets(['cpu-model'])).level).toBe('fixed');
    expect(answer(['unknown'], withSets(['cpu-features'])).level).toBeUndefined();
    expect(answer(['unknown'], withSets(['memory-poison'])).level).toBeUndefined();
  });

  it('is none where the bytes show a cause that no level ends and no variation brought out', () => {
    expect(answer(['processor-model', 'host-name'], withSets(['host-name'])).level).toBeUndefined();
  });
});
