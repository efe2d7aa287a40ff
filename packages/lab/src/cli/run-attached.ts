import { spawn } from 'node:child_process';
import { LabError } from '../errors.js';
import { findProgram, searchPath } from './machine.js';

/**
 * Runs a program on our own terminal and returns its exit code (128 and more when a signal ended it).
 * Keyboard signals go to the program alone: we wait for what it makes of them.
 */
export async function runAttached(
  file: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly debianPackage?: string } = {},
): Promise<number> {
  const program = findProgram(file);
  if (program === undefined) {
    const remedy =
      options.debianPackage === undefined ? '' : `; install it with: apt-get install ${options.debianPackage}`;
    throw new LabError('machine', `${file} is missing${remedy}`);
  }
  const signals = ['SIGINT', 'SIGQUIT'] as const;
  for (const signal of signals) process.on(signal, ignore);
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, PATH: searchPath.join(':'), ...options.env },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
    });
  } finally {
    for (const signal of signals) process.off(signal, ignore);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, forward);
  }
}

function ignore(): void {}

function signalNumber(signal: NodeJS.Signals | null): number {
  return { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }[signal as string] ?? 0;
}
