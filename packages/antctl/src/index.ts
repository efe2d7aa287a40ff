export { runAntctl, type AntctlHost } from './run-antctl.js';
export { AntctlError, type AntctlErrorCode } from './errors.js';
