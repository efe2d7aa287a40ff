export type ReconcileErrorCode = 'items-failed';

/** Why a pass did not reach the desired state. The failures of the items are in `errors`, the first one is `cause`. */
export class ReconcileError extends Error {
  readonly code: ReconcileErrorCode;
  readonly errors: readonly Error[];

  constructor(code: ReconcileErrorCode, message: string, errors: readonly Error[]) {
    super(message, { cause: errors[0] });
    this.name = 'ReconcileError';
    this.code = code;
    this.errors = errors;
  }
}
