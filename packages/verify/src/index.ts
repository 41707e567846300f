export { VerifyError, verifyErrorCodes } from './errors.js';
export type { TextPosition, VerifyErrorCode } from './errors.js';

export { isJsonObject } from './json/value.js';
export type { JsonObject, JsonValue } from './json/value.js';
export { canonicalJson, canonicalJsonBytes } from './json/canonical.js';

export { assertSha256Hex, canonicalDigest, isSha256Hex, sha256Hex } from './digest/sha256.js';
export type { Sha256Hex } from './digest/sha256.js';

export { compareBytewise } from './encoding/order.js';
