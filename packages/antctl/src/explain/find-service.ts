import type { Service } from '@antrea-ts/apis';
import { ipEquals, parseIp, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import type { Intent } from '@antrea-ts/policy/verdict';
import { readService, type ServiceObject, type ServiceSpec } from '@antrea-ts/proxy';
import { AntctlError } from '../errors.js';
import { findEnd, podNamed, type AskedProtocol, type End } from './ends.js';
import { entryAt, type Entry } from './enter-service.js';

/** What `--to` names. */
export interface Target {
  readonly to: End;
  /** Where it is a Service: `to` has its addresses. */
  readonly service?: ServiceSpec;
  /** Where it is a node port: the Node whose address it is at. */
  readonly at?: Entry;
  /** How to name the other thing of the same name. */
  readonly hint?: string;
}

/** What a client outside of the cluster connects to, besides the addresses that Pods reach. */
export interface Outside {
  readonly entries: readonly Entry[];
  readonly asked: AskedProtocol;
}

/**
 * Finds what `--to` names: `NAMESPACE/NAME`, a Pod before a Service, `pod/NAMESPACE/NAME`, `service/NAMESPACE/NAME`, or
 * an address, which may be a Service's.
 */
export function findTarget(text: string, intent: Intent, outside?: Outside): Target {
  const address = tryParseIp(text);
  if (address) {
    const services = intent.services.flatMap((each) => readService(each as ServiceObject) ?? []);
    const has = (spec: ServiceSpec): boolean =>
      [...addressesOf(spec), ...(outside ? parsed(spec.externalIps) : [])].some((own) => ipEquals(own, address));
    const service = services.find(has);
    if (service) return { service, to: { ...serviceEnd(service), addresses: [address] } };
    return (outside && nodePortAt(address, services, outside)) ?? { to: findEnd('to', text, intent) };
  }
  const [kind, ...rest] = text.split('/');
  if (kind === 'service' && rest.length === 2) return serviceTarget(rest.join('/'), intent);
  const service = serviceNamed(text, intent);
  if (!service) return { to: findEnd('to', text, intent) };
  if (!podNamed(text, intent)) return serviceTarget(text, intent);
  const hint = `${text} is a Pod and a Service; this is about the Pod. For the Service: --to service/${text}`;
  return { to: findEnd('to', text, intent), hint };
}

/** The Service that has the port that is asked for as its node port, where the address is a Node's. */
function nodePortAt(
  address: IpAddress,
  services: readonly ServiceSpec[],
  { entries, asked }: Outside,
): Target | undefined {
  const at = entryAt(address, entries);
  const service = services.find(({ ports }) =>
    ports.some(({ nodePort, protocol }) => nodePort === asked.port && protocol === asked.protocol),
  );
  return at && service && { at, service, to: { ...serviceEnd(service), addresses: [address] } };
}

function serviceTarget(name: string, intent: Intent): Target {
  const object = serviceNamed(name, intent);
  if (!object) throw new AntctlError('usage', `--to service/${name}: there is no such Service`);
  const service = readService(object as ServiceObject);
  if (service) return { service, to: serviceEnd(service) };
  throw new AntctlError(
    'usage',
    `--to ${name}: Service ${name} has no address of its own, its name leads to others; name one of those, such as a Pod behind it`,
  );
}

function serviceNamed(text: string, { services }: Intent): Service | undefined {
  return services.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === text);
}

function serviceEnd(service: ServiceSpec): End {
  return { name: `Service ${service.namespace}/${service.name}`, addresses: addressesOf(service), isOnHost: false };
}

/** Where Pods reach it. */
function addressesOf({ clusterIps, loadBalancerIps }: ServiceSpec): End['addresses'] {
  return parsed([...clusterIps, ...loadBalancerIps]);
}

function parsed(addresses: ServiceSpec['clusterIps']): IpAddress[] {
  return addresses.map(({ address }) => parseIp(address));
}
