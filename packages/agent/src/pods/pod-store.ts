import { externalIdKeys } from '@antrea-ts/apis';
import { formatIp, ipEquals, tryParseIp, tryParseMac, type IpAddress, type MacAddress } from '@antrea-ts/net-types';

/** A local Pod's connection: its port on the bridge and who it belongs to. */
export interface PodPort {
  readonly containerId: string;
  readonly podName: string;
  readonly podNamespace: string;
  /** Port on the bridge and host end of the Pod's interface. */
  readonly interfaceName: string;
  readonly ofPort: number;
  readonly mac: MacAddress;
  readonly addresses: readonly IpAddress[];
  /** That the interface was made with. Absent where another CNI plugin made it. */
  readonly mtu?: number;
  /** Present where another CNI plugin made the interface: addresses that its Node's end had, and the gateway has now. */
  readonly adoptedAddresses?: readonly IpAddress[];
}

/** What names a Pod among those of the cluster. */
export function podKey(pod: { readonly podNamespace: string; readonly podName: string }): string {
  return `${pod.podNamespace}/${pod.podName}`;
}

/** Owner of a Pod's flows. */
export function podOwner(port: Pick<PodPort, 'podNamespace' | 'podName' | 'containerId'>): string {
  return `pod/${port.podNamespace}/${port.podName}/${port.containerId.slice(0, 12)}`;
}

/** What tells which Pod an interface belongs to, and with which addresses. */
export function podIdentity(
  pod: Pick<PodPort, 'containerId' | 'podName' | 'podNamespace' | 'addresses'>,
): Record<string, string> {
  return {
    [externalIdKeys.ipAddress]: pod.addresses.map(formatIp).join(','),
    [externalIdKeys.containerId]: pod.containerId,
    [externalIdKeys.podName]: pod.podName,
    [externalIdKeys.podNamespace]: pod.podNamespace,
  };
}

/** What the Port row carries, so that an agent that starts anew knows the Pod. */
export function podExternalIds(port: Omit<PodPort, 'ofPort' | 'interfaceName'>): Record<string, string> {
  return {
    ...podIdentity(port),
    [externalIdKeys.attachedMac]: port.mac,
    ...(port.mtu === undefined ? {} : { [externalIdKeys.mtu]: String(port.mtu) }),
    ...(port.adoptedAddresses
      ? { [externalIdKeys.adoptedAddresses]: port.adoptedAddresses.map(formatIp).join(',') }
      : {}),
  };
}

/** The Pod behind a port; `undefined` for ports that are no Pod's or lack what we wrote. */
export function podPortOf(port: {
  readonly name: string;
  readonly ofPort?: number | undefined;
  readonly externalIds: ReadonlyMap<string, string>;
}): PodPort | undefined {
  const { externalIds } = port;
  const containerId = externalIds.get(externalIdKeys.containerId);
  const mac = tryParseMac(externalIds.get(externalIdKeys.attachedMac) ?? '');
  if (containerId === undefined || mac === undefined) return undefined;
  const mtu = Number(externalIds.get(externalIdKeys.mtu));
  return {
    containerId,
    podName: externalIds.get(externalIdKeys.podName) ?? '',
    podNamespace: externalIds.get(externalIdKeys.podNamespace) ?? '',
    interfaceName: port.name,
    ofPort: port.ofPort ?? 0,
    mac,
    addresses: listedIps(externalIds.get(externalIdKeys.ipAddress)),
    ...(mtu > 0 ? { mtu } : {}),
    ...(externalIds.has(externalIdKeys.adoptedAddresses)
      ? { adoptedAddresses: listedIps(externalIds.get(externalIdKeys.adoptedAddresses)) }
      : {}),
  };
}

function listedIps(text = ''): IpAddress[] {
  return text.split(',').flatMap((address) => tryParseIp(address.trim()) ?? []);
}

/** The local Pods that are connected now. */
export class PodStore {
  readonly #byContainer = new Map<string, PodPort>();

  get size(): number {
    return this.#byContainer.size;
  }

  set(port: PodPort): void {
    this.#byContainer.set(port.containerId, port);
  }

  delete(containerId: string): void {
    this.#byContainer.delete(containerId);
  }

  get(containerId: string): PodPort | undefined {
    return this.#byContainer.get(containerId);
  }

  /** The Pod that has an address. */
  withAddress(address: IpAddress): PodPort | undefined {
    return this.all().find(({ addresses }) => addresses.some((own) => ipEquals(own, address)));
  }

  all(): readonly PodPort[] {
    return [...this.#byContainer.values()];
  }
}
