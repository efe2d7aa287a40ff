import { HostError, type HostErrorCode } from '@antrea-ts/host';
import { HnsError, type HnsErrorCode } from './hns/hns-error.js';
import { PowerShellError, type PowerShellErrorCode } from './powershell/powershell.js';

const ofPowerShell: Record<PowerShellErrorCode, HostErrorCode> = {
  refused: 'failed',
  silent: 'failed',
  'timed-out': 'busy',
  malformed: 'failed',
  missing: 'tool-missing',
};

const ofHns: Record<HnsErrorCode, HostErrorCode> = {
  refused: 'failed',
  'not-found': 'interface-missing',
  exists: 'name-taken',
  'timed-out': 'busy',
  malformed: 'failed',
};

/** The error of an operation in the terms of the port; what the caller aborted stays what it is. */
export function translateError(operation: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof HostError) return error;
  if (error instanceof PowerShellError) {
    const denied = /Access is denied|PermissionDenied/i.test(`${error.message} ${error.errorId}`);
    const code = denied ? 'permission' : ofPowerShell[error.code];
    const remedy = denied ? '; the agent must run as LocalSystem or as an administrator' : '';
    return new HostError(code, `${operation}: ${error.message}${remedy}`, { cause: error });
  }
  if (error instanceof HnsError)
    return new HostError(ofHns[error.code], `${operation}: ${error.message}`, { cause: error });
  return new HostError('failed', `${operation}: ${String(error)}`, { cause: error });
}

/** Runs an operation, and translates what it throws. */
export async function translated<T>(operation: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await body();
  } catch (error) {
    throw translateError(operation, error, signal);
  }
}
