import { stat } from 'node:fs/promises';

let warmed: Promise<void> | undefined;

/**
 * Has every thread of libuv's pool started. They start at first use, in the namespace that the main thread is in then:
 * one born while a Pod's namespace is entered would stay there for good, and later DNS look-ups would run in the Pod.
 */
export function warmThreadPool(): Promise<void> {
  warmed ??= start();
  return warmed;
}

async function start(): Promise<void> {
  // libuv starts all of its threads with the first piece of work; several pieces make sure that each has run.
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) || 4;
  await Promise.all(Array.from({ length: size * 2 }, () => stat('/')));
}
