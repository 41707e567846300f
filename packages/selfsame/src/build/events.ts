import type { NotCovered } from '../sandbox/determinizer/log-summary.js';

export type BuildEvent =
  | { readonly type: 'plan-ready'; readonly builds: number; readonly jobs: number }
  | { readonly type: 'build-waiting'; readonly build: string; readonly reason: 'another-process' }
  | { readonly type: 'build-started'; readonly build: string; readonly buildId: string }
  | {
      readonly type: 'step-started';
      readonly build: string;
      readonly step: string;
      readonly index: number;
      readonly total: number;
    }
  | {
      readonly type: 'step-finished';
      readonly build: string;
      readonly step: string;
      readonly milliseconds: number;
    }
  | { readonly type: 'build-cached'; readonly build: string; readonly buildId: string }
  | {
      readonly type: 'build-finished';
      readonly build: string;
      readonly buildId: string;
      readonly milliseconds: number;
      readonly artifacts: number;
    }
  | {
      readonly type: 'build-failed';
      readonly build: string;
      readonly buildId: string | undefined;
      readonly outcome: string;
      readonly message: string;
      readonly keptAt?: string;
      readonly logPath?: string;
    }
  /** At level `virtual`: what programs of the build could see as it is. Texts in it may be the build's: untrusted. */
  | {
      readonly type: 'build-not-covered';
      readonly build: string;
      readonly notCovered: readonly NotCovered[];
    }
  | { readonly type: 'build-skipped'; readonly build: string; readonly because: string };
