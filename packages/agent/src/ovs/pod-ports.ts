import type { OvsBridge, StringMap } from '@antrea-ts/ovs';
import type { Host } from '@antrea-ts/host';
import { holdsExactly } from './string-map.js';

/** Interface type of Pods' ports: Open vSwitch on Windows takes a Pod's adapter as its own. */
export function podPortType({ platform }: Pick<Host, 'platform'>): '' | 'internal' {
  return platform === 'windows' ? 'internal' : '';
}

/** The port of a Pod, made or completed; gives its OpenFlow number. A port whose device was lost is made anew. */
export async function ensurePodPort(
  bridge: OvsBridge,
  port: { readonly name: string; readonly type: string; readonly externalIds: Readonly<Record<string, string>> },
  { signal }: { signal: AbortSignal },
): Promise<number> {
  const existing = bridge.port(port.name);
  if (existing?.ofPort !== undefined) {
    if (!holdsExactly(existing.externalIds, port.externalIds)) {
      await bridge.setPortExternalIds(port.name, port.externalIds satisfies StringMap, { signal });
    }
    return existing.ofPort;
  }
  if (existing) await bridge.deletePort(port.name, { signal });
  const { ofPort } = await bridge.createPort(port, { signal });
  return ofPort;
}
