import type { z } from 'zod';
import { workspacePathSchema } from '../formats.js';

/** `file: patches/a.patch` — a file or directory of the workspace. */
export const fileInputSchema = workspacePathSchema;

export interface FileSpec {
  readonly kind: 'file';
  /** Relative to the recipe's directory. */
  readonly path: z.infer<typeof fileInputSchema>;
  readonly unpack: boolean;
}
