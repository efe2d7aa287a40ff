import { isIP } from 'node:net';
import { at, deepEqual, textAt, type ApiObject } from '../object.js';
import type { StatusCause } from '../status.js';
import { duplicate, forbidden, required, unsupported, wrong } from './causes.js';
import { isPort, outOfRange, portNameProblem, protocolProblems } from './ports.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
/** Seconds: a day. */
const longestAffinity = 86_400;

/** What is wrong with a Service. What another type had may stay in an update: it goes with the type. */
export function serviceProblems(service: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  const spec = at(service, 'spec');
  const before = at(existing, 'spec');
  const type = textAt(spec, 'type');
  if (!types.includes(type)) return [unsupported('spec.type', type, types)];
  return [
    ...(type === 'ExternalName' ? externalNameProblems(spec, before) : addressProblems(spec, before)),
    ...portsProblems(spec, type),
    ...affinityProblems(spec),
    ...policyProblems(spec, before),
    ...externalIpProblems(spec),
  ];
}

function externalNameProblems(spec: unknown, before: unknown): StatusCause[] {
  const addresses = listAt(spec, 'clusterIPs');
  const isNew = addresses.length > 0 && !deepEqual(addresses, at(before, 'clusterIPs'));
  return [
    ...(at(spec, 'externalName') ? [] : [required('spec.externalName')]),
    ...(isNew ? [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')] : []),
  ];
}

function addressProblems(spec: unknown, before: unknown): StatusCause[] {
  const type = textAt(spec, 'type');
  const clusterIP = at(spec, 'clusterIP');
  const addresses = listAt(spec, 'clusterIPs');
  const isHeadless = clusterIP === 'None' || addresses[0] === 'None';
  const families = listAt(spec, 'ipFamilies');
  const problems: StatusCause[] = [];
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort')) {
    problems.push(wrong('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  const isNew = !deepEqual(addresses, at(before, 'clusterIPs'));
  if (addresses.length > 0 && isNew && clusterIP !== undefined && clusterIP !== addresses[0]) {
    problems.push(wrong('spec.clusterIPs', addresses, 'first value must match `clusterIP`'));
  }
  if (addresses.length > 2) problems.push(wrong('spec.clusterIPs', addresses, 'may only hold up to 2 values'));
  for (const [index, address] of addresses.entries()) {
    if (isIP(String(address)) === 0 && !(isHeadless && index === 0)) {
      problems.push(wrong(`spec.clusterIPs[${index}]`, address, 'must be a valid IP address'));
    }
  }
  for (const [index, family] of families.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') {
      problems.push(unsupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    } else if (families.indexOf(family) < index) problems.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  return problems;
}

function portsProblems(spec: unknown, type: string): StatusCause[] {
  const ports = listAt(spec, 'ports');
  const isHeadless = at(spec, 'clusterIP') === 'None';
  if (ports.length === 0) return type === 'ExternalName' || isHeadless ? [] : [required('spec.ports')];
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const name = textAt(port, 'name');
    const key = `${textAt(port, 'protocol')}:${textAt(port, 'port')}`;
    const problems = portProblems(port, field, ports.length > 1);
    if (name !== '' && names.has(name)) problems.push(duplicate(`${field}.name`, name));
    if (numbers.has(key)) {
      problems.push(duplicate(field, { protocol: at(port, 'protocol'), port: at(port, 'port') }));
    }
    names.add(name);
    numbers.add(key);
    return problems;
  });
}

function portProblems(port: unknown, field: string, needsName: boolean): StatusCause[] {
  const name = textAt(port, 'name');
  const number = at(port, 'port');
  const target = at(port, 'targetPort');
  const nameProblem = name === '' ? undefined : portNameProblem(name, 63);
  const targetProblem =
    typeof target === 'string' ? portNameProblem(target, 15) : isPort(target) ? undefined : outOfRange;
  return [
    ...(needsName && name === '' ? [required(`${field}.name`)] : []),
    ...(nameProblem === undefined ? [] : [wrong(`${field}.name`, name, nameProblem)]),
    ...(isPort(number) ? [] : [wrong(`${field}.port`, number ?? 0, outOfRange)]),
    ...(targetProblem === undefined ? [] : [wrong(`${field}.targetPort`, target ?? 0, targetProblem)]),
    ...protocolProblems(port, field),
  ];
}

function affinityProblems(spec: unknown): StatusCause[] {
  const affinity = at(spec, 'sessionAffinity');
  if (affinity === 'None') return [];
  if (affinity !== 'ClientIP') return [unsupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])];
  const seconds = at(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
  if (typeof seconds === 'number' && seconds > 0 && seconds <= longestAffinity) return [];
  const why = `must be greater than 0 and less than ${longestAffinity}`;
  return [wrong('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds ?? null, why)];
}

function policyProblems(spec: unknown, before: unknown): StatusCause[] {
  const type = at(spec, 'type');
  const external = at(spec, 'externalTrafficPolicy');
  const internal = at(spec, 'internalTrafficPolicy');
  const isExternal = type === 'NodePort' || type === 'LoadBalancer';
  const problems: StatusCause[] = [];
  if (external !== undefined && !isExternal) {
    if (external === at(before, 'externalTrafficPolicy')) return [];
    const why = 'ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service';
    problems.push(wrong('spec.externalTrafficPolicy', external, why));
  } else if (external !== undefined && !policies.includes(external as string)) {
    problems.push(unsupported('spec.externalTrafficPolicy', external, policies));
  }
  if (internal !== undefined && !policies.includes(internal as string)) {
    problems.push(unsupported('spec.internalTrafficPolicy', internal, policies));
  }
  return problems;
}

function externalIpProblems(spec: unknown): StatusCause[] {
  return listAt(spec, 'externalIPs').flatMap((address, index) =>
    isIP(String(address)) === 0
      ? [wrong(`spec.externalIPs[${index}]`, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
      : [],
  );
}

function listAt(object: unknown, field: string): readonly unknown[] {
  const value = at(object, field);
  return Array.isArray(value) ? value : [];
}
