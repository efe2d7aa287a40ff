import pc from 'picocolors';

/** Prints steps with the time each took: what is waited for now stands last. */
export interface Progress {
  step(text: string): void;
  end(text: string): void;
}

export function createProgress(write: (text: string) => void = (text) => void process.stderr.write(text)): Progress {
  const begin = Date.now();
  const line = (text: string): void => write(`${pc.dim(seconds(Date.now() - begin).padStart(6))}  ${text}\n`);
  return { step: line, end: (text) => line(pc.green(text)) };
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
