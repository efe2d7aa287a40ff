import { LabError } from './errors.js';

export const ipChoices = ['v4', 'v6', 'dual'] as const;
export const modeChoices = ['encap', 'noEncap', 'hybrid', 'networkPolicyOnly'] as const;
export const tunnelChoices = ['geneve', 'vxlan', 'gre'] as const;
export const datapathChoices = ['netdev', 'system'] as const;
export const encryptionChoices = ['none', 'wireguard', 'ipsec'] as const;

/** What a lab was asked to be. Kept in its directory. */
export interface LabOptions {
  readonly nodes: number;
  /** Nodes whose agent is the Windows build, under Wine. Absent: none. */
  readonly windowsNodes?: number;
  readonly ip: (typeof ipChoices)[number];
  readonly mode: (typeof modeChoices)[number];
  readonly tunnel: (typeof tunnelChoices)[number];
  readonly datapath: (typeof datapathChoices)[number];
  readonly encryption: (typeof encryptionChoices)[number];
  /** Subnets of the underlay that Nodes are placed in by turns; a router is between them. Absent: one. */
  readonly subnets?: number;
  /** Nodes have a second underlay, and agents are told to use it between Nodes. */
  readonly transportInterface: boolean;
  /** The API asks Roles and their bindings who may do what; agents have the rights of Antrea's manifest and no more. */
  readonly rbac?: boolean;
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** Text of the file that is merged over the agent's configuration; empty: none. */
  readonly agentConfig: string;
}

/** Addresses of Nodes end at .210 of the underlay. */
export const maxNodes = 200;

/** Reads the number of Nodes as it was typed. */
export function parseNodeCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > maxNodes) {
    throw new LabError('usage', `--nodes ${text}: must be a whole number from 1 to ${maxNodes}`);
  }
  return count;
}

/** Each has a Windows drive and a wineserver of its own. */
export const maxWindowsNodes = 4;

/** Reads the number of Windows Nodes as it was typed. */
export function parseWindowsNodeCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > maxWindowsNodes) {
    throw new LabError('usage', `--windows-nodes ${text}: must be a whole number from 0 to ${maxWindowsNodes}`);
  }
  return count;
}

/** Throws when a lab with Windows Nodes was asked to be what those cannot. */
export function checkWindowsOptions(options: LabOptions): void {
  if (!options.windowsNodes) return;
  const refuse = (flag: string, why: string): never => {
    throw new LabError('usage', `--windows-nodes ${options.windowsNodes} with ${flag}: ${why}`);
  };
  if (options.ip === 'v6') refuse('--ip v6', 'Windows Nodes have IPv4 only; use v4 or dual');
  if (options.mode === 'networkPolicyOnly')
    refuse('--mode networkPolicyOnly', 'no other plugin can connect their Pods');
  if (options.tunnel === 'gre')
    refuse('--tunnel gre', 'Open vSwitch for Windows does not have it; use geneve or vxlan');
  if (options.encryption !== 'none') refuse(`--encryption ${options.encryption}`, 'Windows Nodes cannot encrypt');
  if (options.transportInterface) refuse('--transport-interface', 'a Windows Node of a lab has one adapter');
}

/** Subnets are numbered in one byte of their addresses; a handful is enough. */
export const maxSubnets = 8;

/** Reads the number of subnets as it was typed. */
export function parseSubnetCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > maxSubnets) {
    throw new LabError('usage', `--subnets ${text}: must be a whole number from 1 to ${maxSubnets}`);
  }
  return count;
}

/** Reads `A=true,B=false`. */
export function parseFeatureGates(text: string): Record<string, boolean> {
  const gates: Record<string, boolean> = {};
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const match = /^\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(true|false)\s*$/i.exec(item);
    if (!match) {
      throw new LabError('usage', `--feature-gates ${item}: must be written as Name=true or Name=false`);
    }
    gates[match[1]!] = match[2]!.toLowerCase() === 'true';
  }
  return gates;
}

/** A lab's name is part of paths of Unix sockets, which are at most 107 bytes long. */
export function checkLabName(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/.test(name)) {
    throw new LabError(
      'usage',
      `lab name "${name}": must be 1 to 24 lower-case letters, digits or "-", and begin and end with a letter or digit`,
    );
  }
  return name;
}
