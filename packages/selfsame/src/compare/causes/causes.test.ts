import { describe, expect, it } from 'vitest';
import { causeNames } from '../types.js';
import { causes } from './causes.js';

describe('causes', () => {
  it('are those of the contract, each once', () => {
    expect(causes.map(({ name }) => name).sort()).toEqual([...causeNames].sort());
  });
});
