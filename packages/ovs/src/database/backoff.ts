/**
 * How long to wait before a connection attempt. The first few are quick, because a restart of the server takes a few
 * hundred milliseconds; after that 1, 2, 4 and 8 seconds.
 */
export function backoffMs(failures: number): number {
  if (failures < 5) return 100;
  return Math.min(1_000 * 2 ** (failures - 5), 8_000);
}
