/** The numbers that a kernel version begins with. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Reads `uname -r` of any distribution: `5.10.0-28-amd64`, `4.18.0-372.9.1.el8.x86_64`, `3.10.0-1160.el7.x86_64`,
 * `6.5.13-200.fc38`, `5.15.153.1-microsoft-standard-WSL2`. Only the leading numbers count; what a distribution adds,
 * and how it divides it, does not. `undefined` when the text does not begin with two numbers.
 */
export function tryParseKernelVersion(text: string): KernelVersion | undefined {
  const match = /^\s*(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0) };
}

/** Negative, zero or positive, comparing numbers, not text: 4.18 is newer than 4.4. */
export function compareKernelVersions(a: KernelVersion, b: KernelVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Whether a kernel, by its `uname -r`, is at least of that version; false when the text cannot be read. */
export function isKernelAtLeast(text: string, least: { major: number; minor: number; patch?: number }): boolean {
  const version = tryParseKernelVersion(text);
  return version !== undefined && compareKernelVersions(version, { patch: 0, ...least }) >= 0;
}
