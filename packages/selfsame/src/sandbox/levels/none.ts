import type { SandboxDescription } from '../types.js';
import type { Level } from './level.js';

/** Variables every level sets: who the user is and where programs are. */
export function baseEnvironment(description: SandboxDescription): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: `/home/${description.user.name}`,
    USER: description.user.name,
    LOGNAME: description.user.name,
  };
}

/** Isolation only: own root, user, names and network, but the kernel's own answers. */
export const none: Level = {
  name: 'none',
  plan: (description) => ({
    supervisor: 'selfsame-init',
    environment: baseEnvironment(description),
    facts: [],
    system: [],
    answers: undefined,
    fixedLayout: false,
  }),
};
