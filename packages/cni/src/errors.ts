/** Error codes of the CNI specification (below 100) and of Antrea (control-plane compatible with 1.3). */
export const cniErrorCodes = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodingFailure: 6,
  invalidNetworkConfig: 7,
  tryAgainLater: 11,
  /** STATUS: an ADD would not succeed now. */
  notAvailable: 50,
  ipamFailure: 101,
  configureInterfaceFailure: 102,
  checkInterfaceFailure: 103,
} as const;

/** The error object that a CNI plugin prints. */
export interface CniErrorObject {
  readonly cniVersion: string;
  readonly code: number;
  readonly msg: string;
  readonly details?: string;
}

/** A failure of a CNI call, as the container runtime will see it. */
export class CniError extends Error {
  readonly code: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, options: { cause?: unknown; details?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CniError';
    this.code = code;
    this.details = options.details;
  }
}

/** Any failure as the error object for a call of that CNI version. */
export function toErrorObject(error: unknown, cniVersion: string): CniErrorObject {
  if (error instanceof CniError) {
    const details = error.details ?? causeText(error.cause, error.message);
    return { cniVersion, code: error.code, msg: error.message, ...(details ? { details } : {}) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { cniVersion, code: cniErrorCodes.ioFailure, msg: message };
}

/** Runtimes print message and details one after the other: what the message says already is not repeated. */
function causeText(cause: unknown, message: string): string | undefined {
  return cause instanceof Error && !message.includes(cause.message) ? cause.message : undefined;
}
