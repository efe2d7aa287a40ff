import { spawn } from 'node:child_process';

/** A program to run, as a container runtime runs a plugin: environment, standard input, nothing else. */
export interface ProgramCall {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

export interface ProgramAnswer {
  /** From before the process was made until its output was read to the end. */
  readonly milliseconds: number;
  readonly exitCode: number;
  readonly stdout: string;
}

/** Runs a program to its end. */
export function callProgram({ file, env, input }: ProgramCall): Promise<ProgramAnswer> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(file, [], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ milliseconds: performance.now() - start, exitCode: exitCode ?? 255, stdout });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Does `work` for all items, `atOnce` of them started together, the next ones when those are done. */
export async function inBatches<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  }
  return results;
}
