import { mkdir } from 'node:fs/promises';
import type { LabOptions } from '../options.js';
import type { ContainerRuntime } from '../kubelet/container-runtime.js';
import type { NodePaths } from '../paths.js';
import type { NodePlan } from '../plan/addresses.js';
import { holdNamespace, type Namespace } from '../process/namespace.js';
import type { ComponentProcess } from '../process/component-process.js';
import type { OvsDaemons } from './ovs-daemons.js';

/** A Node: its namespaces, its Open vSwitch, its agent. */
export interface LabNode {
  readonly plan: NodePlan;
  readonly paths: NodePaths;
  readonly namespace: Namespace;
  readonly ovs: OvsDaemons;
  readonly agent: ComponentProcess;
  readonly runtime: ContainerRuntime;
  /** Whether the agent answers CNI calls. */
  readonly isServing: () => Promise<boolean>;
}

/** Makes a Node's directories and namespaces. */
export async function holdNodeNamespace(plan: NodePlan, paths: NodePaths, labDir: string): Promise<Namespace> {
  await Promise.all([mkdir(paths.run, { recursive: true }), mkdir(paths.logs, { recursive: true })]);
  return holdNamespace({ name: plan.name, labDir, router: true, run: paths.run });
}

/** The interface that carries the Node's addresses. */
export function nodeInterface(options: Pick<LabOptions, 'datapath'>): string {
  // The userspace datapath routes tunnel packets only over addresses on ports of its own bridges.
  return options.datapath === 'netdev' ? 'br-phy' : 'eth0';
}

/** The interface on the second underlay. */
export function transportInterface(options: Pick<LabOptions, 'datapath'>): string {
  return options.datapath === 'netdev' ? 'br-transport' : 'eth1';
}
