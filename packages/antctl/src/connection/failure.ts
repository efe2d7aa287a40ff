import { isKubeError, type KubeError } from '@antrea-ts/kube';
import { errorMessage } from '@antrea-ts/runtime';
import { AntctlError } from '../errors.js';

/** Whom we asked, for messages. */
export interface Asked {
  /** `antrea-agent`, `antrea-controller` or `the Kubernetes API`. */
  readonly who: string;
  readonly server: string;
  /** Path without parameters. */
  readonly path: string;
  /** What to look at when nobody answers. */
  readonly whenSilent: string;
}

const words: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/** What a failed request means to who typed the command: `<Reason>: <message>`, and what to do. */
export function requestFailure(error: unknown, asked: Asked): AntctlError {
  if (error instanceof AntctlError) return error;
  if (!isKubeError(error))
    return new AntctlError('request', `${place(asked)}: ${errorMessage(error)}`, { cause: error });
  if (error.code === 'bad-config') return new AntctlError('no-connection', error.message, { cause: error });
  if (error.status === undefined) {
    return new AntctlError('request', `${error.message}; ${asked.whenSilent}`, { cause: error });
  }
  const reason = error.reason ?? words[error.status] ?? `HTTP status ${error.status}`;
  const remedy = remedyOf(error, asked);
  return new AntctlError('request', `${reason}: ${textOf(error)}${remedy}`, { cause: error });
}

/** The client's messages begin with the operation, which who typed a command did not. */
function textOf({ message }: KubeError): string {
  return message.replace(/^GET \/\S*: /, '');
}

function remedyOf({ status, code, message }: KubeError, asked: Asked): string {
  if (code === 'unauthorized') return `; ${asked.who} does not believe these credentials`;
  if (code === 'forbidden') return `; the account needs get on ${asked.path} (see docs/antctl.md, "Rights")`;
  if (
    code === 'not-found' &&
    (asked.path.includes('/antreacontrollerinfos/') || message.includes('requested resource'))
  ) {
    return '; is Antrea installed, and antrea-controller up?';
  }
  return status === 503 && asked.path.startsWith('/apis/') ? `; ${asked.whenSilent}` : '';
}

function place({ who, server, path }: Asked): string {
  return `ask ${who} (${server}${path})`;
}
