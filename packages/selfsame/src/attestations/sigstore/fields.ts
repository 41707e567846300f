import { FieldReader } from '@selfsame/verify';
import { SelfsameError } from '../../errors/selfsame-error.js';

/** Refuses what breaks the format of a bundle or trusted root, or does not fit the artifact: `BUNDLE_INVALID`. */
export const read: FieldReader = new FieldReader(
  (message) => new SelfsameError('BUNDLE_INVALID', message),
);

/** Refuses what is well-formed but not read: `BUNDLE_UNSUPPORTED`. */
export const unsupported: FieldReader = new FieldReader(
  (message) => new SelfsameError('BUNDLE_UNSUPPORTED', message),
);
