import {
  infoApiVersion,
  nodeAddresses,
  type AntreaAgentInfo,
  type AntreaControllerInfo,
  type Node,
} from '@antrea-ts/apis';
import { formatIp } from '@antrea-ts/net-types';
import type { KubeConnection } from '@antrea-ts/kube';
import { AntctlError } from '../errors.js';
import type { HttpApi } from './http-api.js';

/** The Namespace of Antrea. */
const namespace = 'kube-system';

/**
 * The agent of a Node, at the Node's address. Its certificate cannot be checked, as in 1.3: it makes one for itself at
 * every start, and nothing vouches for it.
 */
export async function agentConnection(cluster: HttpApi, node: string): Promise<KubeConnection> {
  const infoPath = `/apis/${infoApiVersion}/antreaagentinfos/${encodeURIComponent(node)}`;
  const info = (await cluster.get(infoPath).catch((cause: Error) => {
    throw new AntctlError(
      'request',
      `find the agent of Node ${node}: ${cause.message}; an agent tells of itself within a minute`,
      { cause },
    );
  })) as AntreaAgentInfo;
  const server = `https://${await addressOf(cluster, node)}:${info.apiPort}`;
  return { ...cluster.connection, server, tls: { insecure: true } };
}

/**
 * The controller's own API, which has more than what the Kubernetes API passes on. At the address of its Service where
 * Kubernetes tells it (in Pods of the same Namespace), else at that of its Node; trusted by the authority that it publishes.
 */
export async function controllerConnection(
  cluster: HttpApi,
  env: Readonly<Record<string, string | undefined>>,
): Promise<KubeConnection> {
  const ca = await authority(cluster);
  const tls = { ca, serverName: `antrea.${namespace}.svc` };
  return { ...cluster.connection, server: `https://${await controllerAddress(cluster, env)}`, tls };
}

async function authority(cluster: HttpApi): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/antrea-ca`;
  const { data } = (await cluster.get(path)) as { data?: Readonly<Record<string, string>> };
  const ca = data?.['ca.crt'];
  if (ca) return ca;
  throw new AntctlError(
    'no-connection',
    `ConfigMap ${namespace}/antrea-ca has no ca.crt: has antrea-controller started?`,
  );
}

async function controllerAddress(cluster: HttpApi, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { ANTREA_SERVICE_HOST: host, ANTREA_SERVICE_PORT: port = '443' } = env;
  if (host) return `${inUrl(host)}:${port}`;
  const path = `/apis/${infoApiVersion}/antreacontrollerinfos/antrea-controller`;
  const { nodeRef, apiPort } = (await cluster.get(path)) as AntreaControllerInfo;
  if (nodeRef.name) return `${await addressOf(cluster, nodeRef.name)}:${apiPort}`;
  throw new AntctlError(
    'no-connection',
    'AntreaControllerInfo antrea-controller names no Node; set ANTREA_SERVICE_HOST and ANTREA_SERVICE_PORT to where the controller is',
  );
}

async function addressOf(cluster: HttpApi, name: string): Promise<string> {
  const node = (await cluster.get(`/api/v1/nodes/${encodeURIComponent(name)}`)) as Node;
  const address = nodeAddresses(node)[0];
  if (address) return inUrl(formatIp(address));
  throw new AntctlError('no-connection', `Node ${name} has no address in its status`);
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
