import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Physical memory of a process, in MiB. */
export function residentMiB(pid: number): Promise<number> {
  return memoryMiB(pid, 'VmRSS');
}

/** The most physical memory that a process has had, in MiB. */
export function residentPeakMiB(pid: number): Promise<number> {
  return memoryMiB(pid, 'VmHWM');
}

async function memoryMiB(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no ${field}: it has ended`);
  return Number(kilobytes) / 1024;
}

/**
 * Milliseconds that the thread which asks, the first of this process, has had a processor, to a clock tick or so: what
 * it would have taken by itself on a machine without others.
 */
export function mainThreadMs(): number {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1_000_000;
}

/** Clock ticks (10 ms) of processor time that a process has used. */
export async function processorTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may have spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

const idleIntervalMs = 100;
const idleTimeoutMs = 10_000;

/**
 * Waits until a process has stopped working: Open vSwitch frees deleted flows for a while after it has answered, and
 * the next repetition would pay for it. Goes on after ten seconds all the same.
 */
export async function untilIdle(pid: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const deadline = performance.now() + idleTimeoutMs;
  for (let before = await processorTicks(pid), idle = false; !idle && performance.now() < deadline;) {
    await delay(idleIntervalMs, undefined, { signal });
    const now = await processorTicks(pid);
    idle = now - before <= 1;
    before = now;
  }
}
