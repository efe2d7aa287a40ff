/** A version of iptables, and which part of the kernel it drives. */
export interface IptablesVersion {
  readonly numbers: readonly [number, number, number];
  readonly backend: 'nft' | 'legacy';
}

/** Reads what `iptables --version` prints, such as `iptables v1.8.9 (nf_tables)`; `undefined` when it is something else. */
export function parseIptablesVersion(output: string): IptablesVersion | undefined {
  const match = /v(\d+)\.(\d+)(?:\.(\d+))?(?:.*\((\w+)\))?/.exec(output);
  if (match === null) return undefined;
  const [, major, minor, patch, backend] = match;
  return {
    numbers: [Number(major), Number(minor), Number(patch ?? 0)],
    backend: backend === 'nf_tables' ? 'nft' : 'legacy',
  };
}

/** Since 1.6.2 `iptables-restore` takes the lock by itself (`-w`); before, its caller has to. */
export function restoreTakesLock({ numbers }: IptablesVersion): boolean {
  return atLeast(numbers, [1, 6, 2]);
}

/** Since 1.6.0 `-w` takes seconds. */
export function waitTakesSeconds({ numbers }: IptablesVersion): boolean {
  return atLeast(numbers, [1, 6, 0]);
}

function atLeast(version: IptablesVersion['numbers'], least: IptablesVersion['numbers']): boolean {
  for (const [index, number] of version.entries()) {
    const difference = number - (least[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
