import { setTimeout as wait } from 'node:timers/promises';
import { HostError } from '@antrea-ts/host';
import { CommandError, type CommandOptions, type CommandResult, type CommandRunner } from '@antrea-ts/runtime';

const packages: Readonly<Record<string, string>> = { iptables: 'iptables', ip6tables: 'iptables', ipset: 'ipset' };
/** `RESOURCE_PROBLEM` of iptables: the lock, or the kernel's rules changed meanwhile. */
const resourceProblem = 4;
const attempts = 4;
const retryInterval = 250;

export interface ToolOptions extends CommandOptions {
  readonly signal: AbortSignal;
}

/** Runs iptables or ipset; tries again while another program is in the way. Errors are HostErrors. */
export async function runTool(
  run: CommandRunner,
  file: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<CommandResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(file, args, options);
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = toHostError(file, error);
      if (failure.code !== 'busy' || attempt === attempts) throw failure;
      await wait(retryInterval, undefined, { signal: options.signal });
    }
  }
}

function toHostError(file: string, error: unknown): HostError {
  if (!(error instanceof CommandError))
    return new HostError('failed', `run ${file}: ${String(error)}`, { cause: error });
  const { message, end, exitCode, stderr } = error;
  if (end.kind === 'not-started' && end.code === 'ENOENT') {
    const name = packages[file.split('-')[0] ?? ''] ?? file;
    return new HostError('tool-missing', `run ${file}: it is not installed; install the package ${name}`, {
      cause: error,
    });
  }
  if (/permission denied|not permitted|must be root/i.test(stderr)) {
    return new HostError('permission', `${message}; the agent must run as root with NET_ADMIN`, { cause: error });
  }
  return new HostError(exitCode === resourceProblem ? 'busy' : 'failed', message, { cause: error });
}
