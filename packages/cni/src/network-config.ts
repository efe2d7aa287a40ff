import { z } from 'zod';
import { CniError, cniErrorCodes } from './errors.js';
import { checkVersion, type CniVersion } from './version.js';

const dnsSchema = z.object({
  nameservers: z.array(z.string()).optional(),
  domain: z.string().optional(),
  search: z.array(z.string()).optional(),
  options: z.array(z.string()).optional(),
});

/** DNS settings of a CNI configuration or result. */
export type CniDns = z.infer<typeof dnsSchema>;

const resultSchema = z.looseObject({
  cniVersion: z.string().optional(),
  interfaces: z
    .array(z.looseObject({ name: z.string(), mac: z.string().optional(), sandbox: z.string().optional() }))
    .optional(),
  ips: z
    .array(z.looseObject({ address: z.string(), gateway: z.string().optional(), interface: z.number().optional() }))
    .optional(),
  routes: z.array(z.looseObject({ dst: z.string(), gw: z.string().optional() })).optional(),
  dns: dnsSchema.optional(),
});

/** A CNI result as a plugin or a runtime hands it on; fields of other versions are kept but not used. */
export type PreviousResult = z.infer<typeof resultSchema>;

const configSchema = z.looseObject({
  cniVersion: z.string().default('0.1.0'),
  name: z.string().min(1),
  type: z.string().min(1),
  mtu: z.number().int().min(0).max(65535).optional(),
  dns: dnsSchema.optional(),
  ipam: z.looseObject({ type: z.string().optional() }).optional(),
  runtimeConfig: z
    .looseObject({
      dns: z.object({ servers: z.array(z.string()).optional(), searches: z.array(z.string()).optional() }).optional(),
    })
    .optional(),
  prevResult: resultSchema.optional(),
  'cni.dev/valid-attachments': z.array(z.looseObject({ containerID: z.string(), ifname: z.string() })).optional(),
});

/** The configuration on standard input of a CNI call, as far as this plugin reads it. */
export interface NetworkConfig {
  readonly version: CniVersion;
  readonly name: string;
  /** MTU for the Pod's interface; absent: the Node's. */
  readonly mtu?: number;
  readonly dns?: CniDns;
  readonly prevResult?: PreviousResult;
  /** The same as it came, to be handed on. */
  readonly rawPrevResult?: object;
  /** What a GC shall leave alone. */
  readonly validAttachments?: readonly Attachment[];
}

/** An interface of a container. */
export interface Attachment {
  readonly containerId: string;
  readonly ifName: string;
}

/** Parses and checks a network configuration; the error names the key. */
export function parseNetworkConfig(text: string): NetworkConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CniError(cniErrorCodes.decodingFailure, 'Failed to decode network configuration: it is not JSON', {
      cause,
    });
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue?.path.join('.') || 'the document';
    throw new CniError(
      cniErrorCodes.invalidNetworkConfig,
      `Network configuration: ${key}: ${issue?.message ?? 'is invalid'}`,
    );
  }
  const { cniVersion, name, mtu, dns, ipam, runtimeConfig, prevResult } = parsed.data;
  const version = checkVersion(cniVersion);
  if (ipam?.type !== undefined && ipam.type !== 'host-local') {
    throw new CniError(
      cniErrorCodes.unsupportedField,
      `Network configuration does not support key ipam.type and value ${ipam.type}; use host-local`,
    );
  }
  const attachments = parsed.data['cni.dev/valid-attachments']?.map(({ containerID, ifname }) => ({
    containerId: containerID,
    ifName: ifname,
  }));
  const effectiveDns = runtimeDns(runtimeConfig?.dns) ?? dns;
  return {
    version,
    name,
    ...(mtu ? { mtu } : {}),
    ...(effectiveDns ? { dns: effectiveDns } : {}),
    ...(prevResult ? { prevResult, rawPrevResult: (json as { prevResult: object }).prevResult } : {}),
    ...(attachments ? { validAttachments: attachments } : {}),
  };
}

/** What the runtime says about DNS overrides the static configuration. */
function runtimeDns(
  dns: { servers?: string[] | undefined; searches?: string[] | undefined } | undefined,
): CniDns | undefined {
  if (!dns) return undefined;
  return { ...(dns.servers ? { nameservers: dns.servers } : {}), ...(dns.searches ? { search: dns.searches } : {}) };
}
