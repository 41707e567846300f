/** One event per file: start, at most ten progress events a second, then exactly one end. */
export type DownloadEvent =
  | {
      readonly type: 'download-started';
      readonly id: string;
      readonly name: string;
      readonly size?: number;
      readonly resumedAt?: number;
    }
  | {
      readonly type: 'download-progress';
      readonly id: string;
      readonly received: number;
      readonly size?: number;
    }
  | {
      readonly type: 'download-finished';
      readonly id: string;
      readonly name: string;
      readonly size: number;
      readonly sha256: string;
    }
  | {
      readonly type: 'download-failed';
      readonly id: string;
      readonly name: string;
      readonly reason: string;
    };
