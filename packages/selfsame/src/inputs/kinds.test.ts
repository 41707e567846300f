import { describe, expect, it } from 'vitest';
import { inputKind } from './kinds.js';
import { inputKindNames } from './schema.js';

describe('inputKind', () => {
  it('has every kind a recipe can name', () => {
    for (const name of inputKindNames) expect(inputKind(name).kind).toBe(name);
  });
});
