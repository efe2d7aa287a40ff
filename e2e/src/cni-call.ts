import type { Lab } from './lab.js';

export interface CniCall {
  readonly command: 'ADD' | 'DEL' | 'CHECK' | 'STATUS' | 'GC' | 'VERSION';
  readonly container?: string;
  readonly netns?: string;
  /** Pod of the default namespace that the container is of. Absent: a runtime other than Kubernetes calls. */
  readonly pod?: string;
  /** Keys over those of our own configuration, or any text instead of it. */
  readonly config?: object | string;
  /** Another plugin of the chain, from Debian's package. */
  readonly plugin?: string;
}

export interface CniAnswer {
  readonly exitCode: number;
  readonly answer: Record<string, unknown> | undefined;
}

/** Our plugin, as it is built. */
export const cniPlugin = new URL('../../packages/cni/dist/antrea-cni', import.meta.url).pathname;

/** What a runtime tells a plugin in its environment. */
export function cniEnvironment({ command, container = 'c1', netns = '', pod }: CniCall): string[] {
  return [
    `CNI_COMMAND=${command}`,
    `CNI_CONTAINERID=${container}`,
    `CNI_NETNS=${netns}`,
    'CNI_IFNAME=eth0',
    `CNI_ARGS=IgnoreUnknown=1${pod === undefined ? '' : `;K8S_POD_NAME=${pod};K8S_POD_NAMESPACE=default`}`,
    'CNI_PATH=/usr/lib/cni',
  ];
}

/** What a runtime writes to a plugin's standard input. */
export function cniInput({ config = {} }: CniCall): string {
  const base = { cniVersion: '0.4.0', name: 'antrea', type: 'antrea', ipam: { type: 'host-local' } };
  return typeof config === 'string' ? config : JSON.stringify({ ...base, ...config });
}

/** Calls a plugin on a Node as a container runtime does: environment, configuration on standard input. */
export async function callCni(lab: Lab, node: string, call: CniCall): Promise<CniAnswer> {
  const command = ['node', node, '--', 'env', ...cniEnvironment(call), call.plugin ?? cniPlugin];
  const { exitCode, stdout } = await lab.run(command, { input: cniInput(call) });
  return { exitCode, answer: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>) };
}
