import { access, constants, readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import {
  formatCidr,
  formatIp,
  gatewayOf,
  parseInterfaceAddress,
  parseIp,
  tryParseIp,
  type Cidr,
} from '@antrea-ts/net-types';
import { CommandError, runCommand } from '@antrea-ts/runtime';
import { z } from 'zod';
import type { CniCall } from './call.js';
import { CniError, cniErrorCodes } from './errors.js';
import { ipamFailure } from './ipam-failure.js';
import type { PodAddress } from './result.js';

const isWindows = process.platform === 'win32';
const program = isWindows ? 'host-local.exe' : 'host-local';
/** Where the delegated plugin is looked for before `CNI_PATH`, and after it: Debian's containernetworking-plugins, containerd's. */
const preferredDirectory = isWindows ? 'C:\\opt\\cni\\bin' : '/opt/cni/bin';
const distributionDirectory = isWindows ? 'C:\\Program Files\\containerd\\cni\\bin' : '/usr/lib/cni';
const timeoutMs = 20_000;

/** Hands out Pod addresses. */
export interface Ipam {
  /** One address per Pod CIDR. Repeated for the same container it gives addresses anew, and the old ones back. */
  allocate(call: CniCall, ranges: readonly Cidr[], options: { signal: AbortSignal }): Promise<readonly PodAddress[]>;
  /** Gives the container's addresses back; none is fine. */
  release(call: CniCall, ranges: readonly Cidr[], options: { signal: AbortSignal }): Promise<void>;
  /** Fails when the container's addresses are not recorded. */
  check(call: CniCall, ranges: readonly Cidr[], options: { signal: AbortSignal }): Promise<void>;
  /** Who has addresses, by what is recorded. */
  holders(): Promise<readonly AddressHolder[]>;
}

/** The interface of a container that an address was given to. */
export interface AddressHolder {
  readonly containerId: string;
  readonly ifName: string;
}

const answerSchema = z.object({
  ips: z.array(z.object({ address: z.string(), gateway: z.string().optional() })).min(1),
});

/** IPAM by delegation to the `host-local` plugin: one range per Pod CIDR, each with the gateway address left out. */
export function createHostLocalIpam(
  options: {
    readonly networkName?: string;
    /** Where the plugin writes down who has which address; its own choice, `/var/lib/cni/networks`, unless told. */
    readonly dataDirectory?: string;
  } = {},
): Ipam {
  const { networkName = 'antrea', dataDirectory } = options;
  const records = join(dataDirectory ?? '/var/lib/cni/networks', networkName);

  const run = async (command: string, call: CniCall, ranges: readonly Cidr[], signal: AbortSignal): Promise<string> => {
    const plugin = await findPlugin(call.path);
    const config = {
      cniVersion: '0.4.0',
      name: networkName,
      type: 'antrea',
      ipam: {
        type: 'host-local',
        ...(dataDirectory === undefined ? {} : { dataDir: dataDirectory }),
        ranges: ranges.map((range) => [{ subnet: formatCidr(range), gateway: formatIp(gatewayOf(range)) }]),
      },
    };
    try {
      const { stdout } = await runCommand(plugin, [], {
        signal,
        timeout: timeoutMs,
        env: {
          CNI_COMMAND: command,
          CNI_CONTAINERID: call.containerId,
          CNI_NETNS: call.netns,
          CNI_IFNAME: call.ifName,
          // It must not be empty, and is when the agent itself cleans up.
          CNI_PATH: [...call.path, dirname(plugin)].join(delimiter),
        },
        input: JSON.stringify(config),
      });
      return stdout;
    } catch (error) {
      throw error instanceof CommandError ? ipamFailure(command, call, { ranges, records }, error) : error;
    }
  };

  return {
    async allocate(call, ranges, { signal }) {
      let output: string;
      try {
        output = await run('ADD', call, ranges, signal);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        // What an ADD left that never came to its end: the container has no use of it.
        await run('DEL', call, ranges, signal);
        output = await run('ADD', call, ranges, signal);
      }
      return answerSchema.parse(JSON.parse(output)).ips.map(({ address, gateway }) => {
        const parsed = parseInterfaceAddress(address);
        return { ...parsed, gateway: gateway ? parseIp(gateway) : gatewayOf(parsed) };
      });
    },
    async release(call, ranges, { signal }) {
      await run('DEL', call, ranges, signal);
    },
    async check(call, ranges, { signal }) {
      await run('CHECK', call, ranges, signal);
    },
    holders: () => readHolders(records),
  };
}

/** A file for each address, with container and interface on two lines; a few others are not about addresses. */
async function readHolders(directory: string): Promise<readonly AddressHolder[]> {
  const names = await readdir(directory).catch(() => []);
  const holders: AddressHolder[] = [];
  for (const name of names.filter((each) => tryParseIp(each))) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    const [containerId = '', ifName = ''] = text.split(/\r?\n/).map((line) => line.trim());
    if (containerId !== '') holders.push({ containerId, ifName });
  }
  return holders;
}

async function findPlugin(path: readonly string[]): Promise<string> {
  const directories = [preferredDirectory, ...path, distributionDirectory];
  for (const directory of directories) {
    const candidate = join(directory, program);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here.
    }
  }
  throw new CniError(
    cniErrorCodes.ipamFailure,
    `IPAM plugin host-local is in none of ${directories.join(', ')}: install the CNI plugins (containernetworking-plugins)`,
  );
}

function isDuplicate(error: unknown): boolean {
  return error instanceof CniError && /duplicate allocation is not allowed/.test(error.message);
}
