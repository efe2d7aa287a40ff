/**
 * How long something may take on this machine, in milliseconds: ten times as long where `VM_GUEST` tells that the
 * processor is emulated (tools/vm).
 */
export function patient(milliseconds: number, env: NodeJS.ProcessEnv = process.env): number {
  return env['VM_GUEST'] ? milliseconds * 10 : milliseconds;
}
