import { errorMessage } from '../errors.js';

/** Exit codes that all our programs share. */
export const exitCodes = {
  ok: 0,
  /** A second signal, and command-line tools' failures. */
  forced: 1,
  /** A daemon's configuration or start failed, or it ended by a fault: as the Go programs' fatal log lines. */
  fatal: 255,
} as const;

/** The parts of the process that `runMain` touches. */
export interface MainProcess {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): void;
  readonly platform: NodeJS.Platform;
  readonly stderr: { write(text: string): unknown };
}

/** How a program ends. */
export interface RunMainOptions {
  /** Exit code of a failure; default 255, as a daemon. Command-line tools take 1. */
  readonly failureCode?: number;
  /** For tests. */
  readonly process?: MainProcess;
}

/**
 * What asks a program to end. On Windows Ctrl+C, which service managers such as nssm send first, is SIGINT, Ctrl+Break
 * SIGBREAK, and a console that closes SIGHUP; SIGTERM ends a program there without telling it.
 */
const stopSignals = {
  linux: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
  windows: ['SIGINT', 'SIGBREAK', 'SIGHUP'],
} as const;

/**
 * Runs a program's main function and ends the process: with the number it returns (or 0), or after one message on
 * standard error with the failure code. The first signal to stop (SIGTERM, SIGINT or SIGQUIT on Linux) aborts the signal
 * that main gets, the second ends the process at once. What nobody caught is reported with its stack and ends the process with 255.
 */
export async function runMain(
  main: (options: { readonly signal: AbortSignal }) => Promise<number | void>,
  options: RunMainOptions = {},
): Promise<void> {
  const host: MainProcess = options.process ?? process;
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) host.exit(exitCodes.forced);
    controller.abort();
  };
  const onFault = (fault: unknown): void => {
    host.stderr.write(`fatal: unexpected error: ${report(fault)}\n`);
    host.exit(exitCodes.fatal);
  };
  const signals = stopSignals[host.platform === 'win32' ? 'windows' : 'linux'];
  for (const name of signals) host.on(name, onSignal);
  host.on('uncaughtException', onFault);
  host.on('unhandledRejection', onFault);
  let code: number;
  try {
    code = (await main({ signal: controller.signal })) ?? exitCodes.ok;
  } catch (error) {
    host.stderr.write(`${describeFailure(error)}\n`);
    code = options.failureCode ?? exitCodes.fatal;
  }
  for (const name of signals) host.off(name, onSignal);
  host.off('uncaughtException', onFault);
  host.off('unhandledRejection', onFault);
  host.exit(code);
}

/** One message; the stack only where the program itself is at fault. */
function describeFailure(error: unknown): string {
  const isFault = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return `error: ${isFault ? report(error) : errorMessage(error)}`;
}

function report(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
