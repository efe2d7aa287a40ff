import { HostError, type HostErrorCode } from '@antrea-ts/host';

const codes: Readonly<Record<string, HostErrorCode>> = {
  EPERM: 'permission',
  EACCES: 'permission',
  ENODEV: 'interface-missing',
  EBUSY: 'busy',
  EAGAIN: 'busy',
  EINVAL: 'invalid-argument',
  EOPNOTSUPP: 'unsupported',
  EAFNOSUPPORT: 'unsupported',
  EPROTONOSUPPORT: 'unsupported',
};

const remedies: Partial<Record<HostErrorCode, string>> = {
  permission: 'the agent must run as root, with NET_ADMIN and SYS_ADMIN',
};

/** What the system said, as an error of the host. Errors that are one already, and aborts, pass unchanged. */
export function translateError(operation: string, error: unknown): Error {
  if (error instanceof HostError) return error;
  if (!(error instanceof Error)) return new HostError('failed', `${operation}: ${String(error)}`);
  if (error.name === 'AbortError') return error;
  const system = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const code = codes[system] ?? 'failed';
  const remedy = remedies[code];
  return new HostError(code, `${operation}: ${error.message}${remedy ? `; ${remedy}` : ''}`, { cause: error });
}
