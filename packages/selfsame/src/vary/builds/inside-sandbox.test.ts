import { expect, it, vi } from 'vitest';

import { CheckRoom } from '../testing.js';

vi.mock(import('../../sandbox/machine-root/machine-root.js'), async (original) => ({
  ...(await original()),
  insideSandbox: () => true,
}));

it('refuses to check inside a sandbox', async () => {
  const room = new CheckRoom();
  try {
    await expect(room.builder(room.tree('t', {}), ['true'])).rejects.toMatchObject({
      code: 'CHECK_INSIDE_SANDBOX',
    });
  } finally {
    await room.dispose();
  }
});
