import pc from 'picocolors';

/** Prints what is going on to standard error, with the time since the start. */
export function createProgress(
  write: (text: string) => void = (text) => void process.stderr.write(text),
): (text: string) => void {
  const begin = performance.now();
  return (text) => {
    const seconds = `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
    write(`${pc.dim(seconds.padStart(8))}  ${text}\n`);
  };
}
