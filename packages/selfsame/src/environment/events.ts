export type EnvironmentEvent =
  | {
      readonly type: 'lock-resolved';
      readonly environment: string;
      readonly packages: number;
      readonly added: number;
      readonly removed: number;
      readonly changed: number;
    }
  | {
      readonly type: 'environment-started';
      readonly environment: string;
      readonly packages: number;
      readonly layersMissing: number;
    }
  | {
      readonly type: 'environment-progress';
      readonly environment: string;
      readonly phase: 'download' | 'unpack' | 'compose' | 'configure' | 'digest';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: 'environment-ready';
      readonly environment: string;
      readonly digest: string;
      readonly cached: boolean;
      readonly milliseconds: number;
    };
