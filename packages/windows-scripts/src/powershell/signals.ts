import { Table, type PsObject, type Value } from './values.js';

/** An error as a script can catch it. */
export class ScriptError extends Error {
  readonly exception: PsObject;

  constructor(exception: PsObject) {
    super(typeof exception['Message'] === 'string' ? exception['Message'] : 'no message');
    this.exception = exception;
  }

  static of(message: string): ScriptError {
    return new ScriptError(makeException(message));
  }
}

export function makeException(message: string): PsObject {
  return { Message: message, Data: new Table(), text: message };
}

export class ReturnSignal {
  readonly kind = 'return';
}

export class LoopSignal {
  readonly kind: 'break' | 'continue';

  constructor(kind: 'break' | 'continue') {
    this.kind = kind;
  }
}

export class ExitSignal {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** What the script is written in and this does not know: an error of ours, which no script catches. */
export class UnknownSyntax extends Error {}

/** What `catch` gets as `$_`. */
export function errorRecord(error: ScriptError): Value {
  return { Exception: error.exception, ScriptStackTrace: 'at <ScriptBlock>', text: error.message };
}
