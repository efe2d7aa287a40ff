import type { ZodType } from 'zod';
import type { Command } from './command.js';

/** What runs commands: the long-lived session, or a model of the machine in tests. */
export interface PowerShell {
  /**
   * Runs commands one after the other, ending with the first that fails; gives what each found, as lists of objects.
   * Commands that were run before a failure stay done. Throws {@link PowerShellError}.
   */
  run(commands: readonly Command[], options: { readonly signal: AbortSignal }): Promise<readonly unknown[][]>;
  close(): Promise<void>;
}

/**
 * - `refused`: a command failed on the machine; `errorId` is PowerShell's own name for the reason.
 * - `silent`: the session ended, or answered without our mark: nothing can be said of what was done.
 * - `timed-out`: no answer in time; the session is replaced.
 * - `malformed`: the answer is not what the command gives.
 * - `missing`: there is no PowerShell.
 */
export type PowerShellErrorCode = 'refused' | 'silent' | 'timed-out' | 'malformed' | 'missing';

export class PowerShellError extends Error {
  readonly code: PowerShellErrorCode;
  readonly errorId: string;

  constructor(code: PowerShellErrorCode, message: string, options: ErrorOptions & { readonly errorId?: string } = {}) {
    super(message, options);
    this.name = 'PowerShellError';
    this.code = code;
    this.errorId = options.errorId ?? '';
  }
}

/** Runs one command, and reads what it found by a schema of one object. */
export async function find<T>(
  powerShell: PowerShell,
  command: Command,
  schema: ZodType<T>,
  options: { readonly signal: AbortSignal },
): Promise<readonly T[]> {
  const [found] = await powerShell.run([command], options);
  return readObjects(found, schema, command[0].name);
}

/** Reads objects by a schema; `what` names them in the error. */
export function readObjects<T>(found: readonly unknown[] | undefined, schema: ZodType<T>, what: string): readonly T[] {
  return (found ?? []).map((object) => {
    const read = schema.safeParse(object);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new PowerShellError('malformed', `${what}: ${where || 'the answer'}: ${issue?.message ?? 'unreadable'}`, {
      cause: read.error,
    });
  });
}
