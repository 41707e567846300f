export type { Context } from './context.js';
export { errorCodes, type ErrorCode } from './errors/codes.js';
export type { ErrorCodeInfo, ExitCode } from './errors/error-code.js';
export { errorDocument, exitCodeOf, renderErrors, type ErrorDocument } from './errors/render.js';
export {
  SelfsameError,
  SelfsameErrors,
  type SelfsameErrorOptions,
  type SourceLocation,
} from './errors/selfsame-error.js';
export type { Emit, Event } from './events/event.js';
export { loadSettings } from './settings/load-settings.js';
export type { Settings } from './settings/settings.js';
export { openStore } from './store/store.js';
export type { Sha256, Store } from './store/types.js';
