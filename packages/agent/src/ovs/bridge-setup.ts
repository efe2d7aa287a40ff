import { defaultTunnelName, externalIdKeys, ofPorts } from '@antrea-ts/apis';
import {
  appctl,
  datapathFeatures,
  ensureBridge,
  missingDatapathFeatures,
  type BridgeSpec,
  type OvsBridge,
  type OvsdbClient,
  type OvsPort,
  type PortSpec,
} from '@antrea-ts/ovs';
import type { BridgedAdapter } from '@antrea-ts/host';
import { formatIp, type IpAddress } from '@antrea-ts/net-types';
import { firstRound, supportsEncap } from '@antrea-ts/pipeline';
import type { Logger } from '@antrea-ts/runtime';
import type { AgentOptions } from '../config/options.js';
import { AgentError } from '../errors.js';
import { refuseForeignBridge } from './foreign-bridge.js';

type Options = Pick<
  AgentOptions,
  'ovsBridge' | 'ovsDatapathType' | 'ovsRunDir' | 'hostGateway' | 'trafficEncapMode' | 'tunnelType' | 'gates'
>;

/**
 * How long to wait for the Node's own ports. Longer than 1.3's 5 s: without them the agent cannot start, and on a busy
 * machine ovs-vswitchd may not run for that long.
 */
const nodePortTimeoutMs = 30_000;

export interface BridgeSetup {
  readonly bridge: OvsBridge;
  readonly gateway: { readonly name: string; readonly ofPort: number };
  /** Present where the mode may encapsulate. */
  readonly tunnel?: { readonly name: string; readonly ofPort: number };
  /** Present where the Node's adapter is a port of the bridge. */
  readonly uplink?: { readonly name: string; readonly ofPort: number };
  /** Round for flow cookies: what the bridge has, so that its flows stay valid. */
  readonly round: number;
  /** What of it shall stay as it is. */
  readonly desired: { readonly bridge: BridgeSpec; readonly ports: readonly PortSpec[] };
}

/** A port of the Node itself, and how it shall be. */
interface NodePort {
  readonly ofPort: number;
  readonly spec: PortSpec;
}

/**
 * Makes the bridge with its gateway and tunnel ports, or takes over what is there, and checks that the datapath can do
 * what the pipeline needs (1.3: pkg/agent/agent.go, setupOVSBridge).
 */
export async function setUpBridge(
  options: Options,
  modules: { readonly database: OvsdbClient; readonly logger: Logger },
  { mtu, uplink, signal }: { mtu: number; uplink?: Uplink; signal: AbortSignal },
): Promise<BridgeSetup> {
  const { database, logger } = modules;
  await refuseForeignBridge(options, database, { signal });
  const round = roundOf(database, options.ovsBridge);
  const spec: BridgeSpec = {
    name: options.ovsBridge,
    datapathType: options.ovsDatapathType,
    protocols: ['OpenFlow10', 'OpenFlow13'],
    // Without flows nothing may be forwarded: a bridge that falls back to a learning switch would be a hole.
    failMode: 'secure',
    externalIds: { [externalIdKeys.roundNumber]: String(round) },
    // The bridge's own interface takes over the adapter's MAC address: without this its id would change with it.
    ...(uplink ? { otherConfig: { 'datapath-id': `0000${uplink.mac.replaceAll(':', '')}` } } : {}),
  };
  const bridge = await ensureBridge(database, spec, { signal });
  await checkDatapath(options, signal);
  const uplinkPort = uplink ? await ensureUplinkPorts(bridge, uplink, signal) : undefined;
  const gateway = await ensureGatewayPort(bridge, options, mtu, logger, signal);
  await removePeerPorts(bridge, logger, signal);
  const tunnel = await ensureTunnelPort(bridge, { ...options, local: uplink?.localAddress }, logger, signal);
  return {
    bridge,
    gateway: namedPort(gateway),
    round,
    ...(tunnel ? { tunnel: namedPort(tunnel) } : {}),
    ...(uplinkPort ? { uplink: namedPort(uplinkPort.adapter) } : {}),
    desired: {
      bridge: spec,
      ports: [
        ...(uplinkPort ? [uplinkPort.local, uplinkPort.adapter.spec] : []),
        gateway.spec,
        ...(tunnel ? [tunnel.spec] : []),
      ],
    },
  };
}

function namedPort({ ofPort, spec: { name } }: NodePort): { readonly name: string; readonly ofPort: number } {
  return { name, ofPort };
}

/** 1.3 counts rounds up with every start; whatever number an agent left is taken over. */
export function roundOf(database: OvsdbClient, bridge: string): number {
  const stored = database.replica.find('Bridge', 'name', bridge)?.external_ids.get(externalIdKeys.roundNumber);
  const round = Number(stored);
  return Number.isInteger(round) && round > 0 && round <= 0xffff ? round : firstRound;
}

async function checkDatapath(
  { ovsRunDir, ovsBridge, ovsDatapathType, gates }: Options,
  signal: AbortSignal,
): Promise<void> {
  const features = await datapathFeatures({ runDir: ovsRunDir }, ovsBridge, { signal });
  const missing = missingDatapathFeatures(features, { proxy: gates.AntreaProxy });
  if (missing.length === 0) return;
  const version = (await appctl({ runDir: ovsRunDir }, 'version', [], { signal })).split('\n')[0];
  throw new AgentError(
    'ovs',
    `bridge ${ovsBridge}: datapath ${ovsDatapathType} of ${version} lacks: ${missing.join(', ')}; ` +
      'use Open vSwitch 2.14 or newer with conntrack (CONFIG_NF_CONNTRACK, CONFIG_OPENVSWITCH), or ovsDatapathType netdev',
  );
}

/** The Node's adapter, and the address by which peers reach it. */
export interface Uplink extends BridgedAdapter {
  readonly localAddress: IpAddress;
}

/**
 * A VLAN of its own for the uplink: what the switch floods by itself (neighbour discovery) does not leave the Node. 1.3
 * has `no-flood` on the port, which vswitchd forgets when it is restarted.
 */
const uplinkTag = 1;

/** The bridge's own interface, which becomes the host's, and the adapter. */
async function ensureUplinkPorts(
  bridge: OvsBridge,
  { name }: Uplink,
  signal: AbortSignal,
): Promise<{ readonly local: PortSpec; readonly adapter: NodePort }> {
  const options = { signal, timeoutMs: nodePortTimeoutMs };
  const local = { name: bridge.name, type: 'internal' };
  if (!bridge.port(bridge.name)) await bridge.createPort(local, options);
  const existing = bridge.port(name);
  const spec = { name, type: '', ofPortRequest: ofPorts.uplink, tag: uplinkTag };
  return { local, adapter: await madeOrCorrected(bridge, existing, spec, signal) };
}

async function ensureGatewayPort(
  bridge: OvsBridge,
  { hostGateway }: Options,
  mtu: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<NodePort> {
  const existing = nodePort(bridge, (type) => type === 'internal', ofPorts.gateway, hostGateway);
  if (existing && existing.name !== hostGateway) {
    logger.warn('Gateway port has another name than configured; keeping it', {
      port: existing.name,
      hostGateway,
    });
  }
  const spec = { name: hostGateway, type: 'internal', ofPortRequest: ofPorts.gateway, mtuRequest: mtu };
  return madeOrCorrected(bridge, existing, spec, signal);
}

/** Tunnels to single peers, as Antrea makes them where it encrypts with IPsec: another configuration left them. */
async function removePeerPorts(bridge: OvsBridge, logger: Logger, signal: AbortSignal): Promise<void> {
  const left = bridge
    .ports()
    .filter(({ type, externalIds }) => isTunnelType(type) && externalIds.has(externalIdKeys.nodeName));
  if (left.length === 0) return;
  const names = left.map(({ name }) => name);
  logger.info('Removing tunnel ports to single Nodes that are not wanted any more', { ports: names });
  await bridge.deletePorts(names, { signal });
}

async function ensureTunnelPort(
  bridge: OvsBridge,
  options: Options & { readonly local?: IpAddress | undefined },
  logger: Logger,
  signal: AbortSignal,
): Promise<NodePort | undefined> {
  const wanted = supportsEncap(options.trafficEncapMode)
    ? { type: options.tunnelType, options: tunnelOptions(options.tunnelType, options.local) }
    : undefined;
  const existing = nodePort(bridge, isTunnelType, ofPorts.tunnel, defaultTunnelName);
  const isWanted = existing?.type === wanted?.type;
  if (existing && !isWanted) {
    logger.info('Removing a tunnel port that is not wanted any more', { port: existing.name, type: existing.type });
    await bridge.deletePort(existing.name, { signal });
  }
  if (!wanted) return undefined;
  const spec = { name: defaultTunnelName, ofPortRequest: ofPorts.tunnel, ...wanted };
  return madeOrCorrected(bridge, isWanted ? existing : undefined, spec, signal);
}

/** A port that is there keeps its name and number: its flows are in terms of them. */
async function madeOrCorrected(
  bridge: OvsBridge,
  existing: OvsPort | undefined,
  wanted: PortSpec,
  signal: AbortSignal,
): Promise<NodePort> {
  if (!existing) {
    const { ofPort } = await bridge.createPort(wanted, { signal, timeoutMs: nodePortTimeoutMs });
    return { ofPort, spec: { ...wanted, ofPortRequest: ofPort } };
  }
  const { name, ofPort, error } = existing;
  if (ofPort === undefined) {
    throw new AgentError('ovs', `port ${name}: ovs-vswitchd gave it no ofport${error ? `: ${error}` : ''}`);
  }
  const spec = { ...wanted, name, ofPortRequest: ofPort };
  await bridge.ensurePort(spec, { signal });
  return { ofPort, spec };
}

/**
 * The port that an agent made for the Node itself: by its number, else by its name. A number alone proves nothing: where
 * nobody asked for it (1 without a tunnel), Open vSwitch gives it to a Pod.
 */
function nodePort(
  bridge: OvsBridge,
  isOfType: (type: string) => boolean,
  ofPort: number,
  name: string,
): OvsPort | undefined {
  const candidates = bridge
    .ports()
    .filter((port) => isOfType(port.type) && !port.externalIds.has(externalIdKeys.containerId));
  return candidates.find((port) => port.ofPort === ofPort) ?? candidates.find((port) => port.name === name);
}

const tunnelTypes: readonly string[] = ['geneve', 'vxlan', 'gre', 'stt'] satisfies AgentOptions['tunnelType'][];

function isTunnelType(type: string): boolean {
  return tunnelTypes.includes(type);
}

/** Flow-based: each packet carries its own destination. Checksums where the outer header is UDP. */
function tunnelOptions(type: AgentOptions['tunnelType'], local: IpAddress | undefined): Record<string, string> {
  const checksum = type === 'geneve' || type === 'vxlan';
  return {
    key: 'flow',
    remote_ip: 'flow',
    ...(checksum ? { csum: 'true' } : {}),
    ...(local ? { local_ip: formatIp(local) } : {}),
  };
}
