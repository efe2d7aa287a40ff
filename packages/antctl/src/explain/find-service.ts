import type { Service } from '@antrea-ts/apis';
import { ipEquals, parseIp, tryParseIp } from '@antrea-ts/net-types';
import type { Intent } from '@antrea-ts/policy/verdict';
import { readService, type ServiceObject, type ServiceSpec } from '@antrea-ts/proxy';
import { AntctlError } from '../errors.js';
import { findEnd, podNamed, type End } from './ends.js';

/** What `--to` names. */
export interface Target {
  readonly to: End;
  /** Where it is a Service: `to` has its addresses. */
  readonly service?: ServiceSpec;
  /** How to name the other thing of the same name. */
  readonly hint?: string;
}

/**
 * Finds what `--to` names: `NAMESPACE/NAME`, a Pod before a Service, `pod/NAMESPACE/NAME`, `service/NAMESPACE/NAME`, or
 * an address, which may be a Service's.
 */
export function findTarget(text: string, intent: Intent): Target {
  const address = tryParseIp(text);
  if (address) {
    const service = intent.services
      .map((each) => readService(each as ServiceObject))
      .find((spec) => spec && addressesOf(spec).some((own) => ipEquals(own, address)));
    return service
      ? { service, to: { ...serviceEnd(service), addresses: [address] } }
      : { to: findEnd('to', text, intent) };
  }
  const [kind, ...rest] = text.split('/');
  if (kind === 'service' && rest.length === 2) return serviceTarget(rest.join('/'), intent);
  const service = serviceNamed(text, intent);
  if (!service) return { to: findEnd('to', text, intent) };
  if (!podNamed(text, intent)) return serviceTarget(text, intent);
  const hint = `${text} is a Pod and a Service; this is about the Pod. For the Service: --to service/${text}`;
  return { to: findEnd('to', text, intent), hint };
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
  return [...clusterIps, ...loadBalancerIps].map(({ address }) => parseIp(address));
}
