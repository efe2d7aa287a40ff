import { isIP } from 'node:net';
import { at, textAt, type ApiObject } from '../object.js';
import type { StatusCause } from '../status.js';
import { duplicate, required, unsupported, wrong } from './causes.js';
import { isPort, outOfRange, portNameProblem, protocolProblems } from './ports.js';

const maxEndpoints = 1000;
const maxAddresses = 100;
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

/** What is wrong with an Endpoints object. */
export function endpointsProblems({ subsets }: ApiObject): StatusCause[] {
  return list(subsets).flatMap((subset, index) => {
    const field = `subsets[${index}]`;
    const addresses = [...list(at(subset, 'addresses')), ...list(at(subset, 'notReadyAddresses'))];
    const what = 'Required value: must specify `addresses` or `notReadyAddresses`';
    return [
      ...(addresses.length === 0 ? [required(field, what)] : []),
      ...listProblems(subset, field, 'addresses'),
      ...listProblems(subset, field, 'notReadyAddresses'),
      ...portsProblems(at(subset, 'ports'), `${field}.ports`),
    ];
  });
}

function listProblems(subset: unknown, field: string, name: string): StatusCause[] {
  return list(at(subset, name)).flatMap((row, index) =>
    addressProblems(at(row, 'ip'), `${field}.${name}[${index}].ip`),
  );
}

/** What is wrong with an EndpointSlice. */
export function endpointSliceProblems(slice: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  const { addressType } = slice;
  const endpoints = list(slice['endpoints']);
  const problems: StatusCause[] = [];
  if (addressType === undefined || addressType === '') problems.push(required('addressType'));
  else if (!addressTypes.includes(addressType as string)) {
    problems.push(unsupported('addressType', addressType, addressTypes));
  }
  if (existing && existing['addressType'] !== addressType) {
    problems.push(wrong('addressType', addressType, 'field is immutable'));
  }
  if (endpoints.length > maxEndpoints) problems.push(tooMany('endpoints', endpoints.length, maxEndpoints));
  for (const [index, endpoint] of endpoints.entries()) {
    const addresses = list(at(endpoint, 'addresses'));
    const field = `endpoints[${index}].addresses`;
    if (addresses.length === 0) problems.push(required(field, 'Required value: must contain at least 1 address'));
    if (addresses.length > maxAddresses) problems.push(tooMany(field, addresses.length, maxAddresses));
    if (addressType === 'FQDN') continue;
    for (const [place, address] of addresses.entries()) {
      problems.push(...addressProblems(address, `${field}[${place}]`, addressType));
    }
  }
  return [...problems, ...portsProblems(slice['ports'], 'ports')];
}

function portsProblems(ports: unknown, parent: string): StatusCause[] {
  const names = new Set<string>();
  return list(ports).flatMap((port, index) => {
    const field = `${parent}[${index}]`;
    const name = textAt(port, 'name');
    const number = at(port, 'port');
    const nameProblem = name === '' ? undefined : portNameProblem(name, 63);
    const problems = [
      ...(nameProblem === undefined ? [] : [wrong(`${field}.name`, name, nameProblem)]),
      ...(number === undefined || isPort(number) ? [] : [wrong(`${field}.port`, number, outOfRange)]),
      ...(names.has(name) ? [duplicate(`${field}.name`, name)] : []),
      ...protocolProblems(port, field),
    ];
    names.add(name);
    return problems;
  });
}

function addressProblems(address: unknown, field: string, type?: unknown): StatusCause[] {
  const text = String(address);
  const family = isIP(text);
  if (family === 0)
    return [wrong(field, address ?? '', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  if ((type === 'IPv4' && family !== 4) || (type === 'IPv6' && family !== 6)) {
    return [wrong(field, address, `must be a valid ${type} address`)];
  }
  const special = specialAddress(text);
  return special === undefined ? [] : [wrong(field, address, special)];
}

/** Where no Endpoint may be, so that a Service leads nobody into his own Node. */
function specialAddress(text: string): string | undefined {
  if (text === '0.0.0.0' || text === '::') return 'may not be unspecified (0.0.0.0 or ::)';
  if (text.startsWith('127.') || text === '::1') return 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  if (text.startsWith('169.254.') || /^fe[89ab]/i.test(text)) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  }
  if (text.startsWith('224.0.0.') || /^ff02:/i.test(text)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  }
  return undefined;
}

function tooMany(field: string, count: number, most: number): StatusCause {
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${count}: must have at most ${most} items` };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
