import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a program of Node.js that reads a request from its input, and gives the answer that it writes, both JSON. */
export async function callNode<T>(args: readonly string[], request: object, signal: AbortSignal): Promise<T> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  const [answer, [exitCode]] = await Promise.all([text(child.stdout), ended]);
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${String(exitCode)}`);
  return JSON.parse(answer) as T;
}
