const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Does `work`. When a signal comes meanwhile, does `clean` and ends the process, whatever has become of `work`: it
 * neither returns nor throws any more, for what is being taken away under it fails in many ways.
 */
export async function interruptible<T>(work: () => Promise<T>, clean: () => Promise<unknown>): Promise<T> {
  let interrupted = false;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (interrupted) return;
    interrupted = true;
    void clean().finally(() => process.exit(exitCodes[signal as keyof typeof exitCodes]));
  };
  const signals = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work();
  } finally {
    if (interrupted) await new Promise(() => {});
    for (const signal of signals) process.off(signal, interrupt);
  }
}
