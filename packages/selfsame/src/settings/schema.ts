import { z } from 'zod';
import { says } from '../util/yaml/validate.js';

/** An absolute path, or one below the home directory (`~/…`). */
const pathSchema = z
  .string()
  .max(4096)
  .regex(/^(?:~?\/)[^\p{Cc}]*$/u, says('must be an absolute path, or start with ~/'));

const uriSchema = z
  .string()
  .max(2048)
  .regex(
    /^(?:https?|file):\/\/[!-~]+$/,
    says('must be an address: http://…, https://… or file://…'),
  );

/** `settings.yaml`. */
export const settingsSchema = z
  .strictObject({
    store: pathSchema.optional().describe('Directory of the store.'),
    jobs: z.int().min(1).max(1024).optional().describe('Builds that may run at once.'),
    offline: z.boolean().optional().describe('Never touch the network.'),
    parallelDownloads: z.int().min(1).max(64).optional().describe('Default 8.'),
    debian: z
      .strictObject({
        mirrors: z
          .array(uriSchema)
          .max(64)
          .optional()
          .describe("Base addresses of archives, before those of the machine's apt."),
        keyrings: z
          .array(pathSchema)
          .max(64)
          .optional()
          .describe("Keyring files; default: those of the machine's apt."),
        snapshot: uriSchema
          .regex(/^(?=.*\{timestamp\})(?=.*\{path\})/, says('must hold {timestamp} and {path}'))
          .optional()
          .describe('Snapshot service, a template with {timestamp} and {path}.'),
      })
      .optional(),
    keyrings: z
      .array(pathSchema)
      .max(64)
      .optional()
      .describe('OpenPGP keyrings, and folders of them, that attestations are checked with.'),
    npm: z
      .strictObject({ registry: uriSchema.optional().describe('Base address of the registry.') })
      .optional(),
  })
  .describe(
    'What belongs to this machine and this person: never which bits, only how they arrive.',
  );

export type SettingsData = z.output<typeof settingsSchema>;
