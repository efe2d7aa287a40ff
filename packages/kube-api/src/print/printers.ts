import { type ApiObject, at, isJsonObject, textAt } from '../object.js';
import { ageOf, humanDuration } from './age.js';

export interface Column {
  readonly name: string;
  /** Shown only with `-o wide` when above 0. */
  readonly priority: number;
  readonly type?: string;
  readonly value: (object: ApiObject, now: number) => string | number | boolean | null;
}

const none = '<none>';

function column(name: string, value: Column['value'], priority = 0): Column {
  return { name, value, priority };
}

const name = column('Name', ({ metadata }) => metadata.name);
const age = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));

function text(value: unknown): string {
  return value === undefined || value === null || value === '' ? none : textAt(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function labels(value: unknown): string {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return none;
  return Object.entries(value)
    .map(([key, label]) => `${key}=${textAt(label)}`)
    .join(',');
}

const setOperators: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/** A LabelSelector as Kubernetes writes it in one line. */
function selectorText(selector: unknown): string {
  const equal = labels(at(selector, 'matchLabels'));
  const expressions = list(at(selector, 'matchExpressions')).map((expression) => {
    const [key, operator] = [textAt(expression, 'key'), textAt(expression, 'operator')];
    const word = setOperators[operator];
    if (word !== undefined) return `${key} ${word} (${list(at(expression, 'values')).join(',')})`;
    return operator === 'DoesNotExist' ? `!${key}` : key;
  });
  if (expressions.length === 0) return equal;
  return [...(equal === none ? [] : [equal]), ...expressions].join(',');
}

function statuses(pod: ApiObject): readonly unknown[] {
  return list(at(pod, 'status', 'containerStatuses'));
}

function podStatus(pod: ApiObject): string {
  let reason = textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase') || 'Unknown';
  for (const status of statuses(pod).toReversed()) {
    const waiting = at(status, 'state', 'waiting', 'reason');
    const terminated = at(status, 'state', 'terminated');
    if (waiting) reason = textAt(waiting);
    else if (terminated) {
      reason = textAt(terminated, 'reason') || `ExitCode:${textAt(terminated, 'exitCode')}`;
    }
  }
  return pod.metadata.deletionTimestamp === undefined ? reason : 'Terminating';
}

function restarts(pod: ApiObject, now: number): string {
  const counts = statuses(pod).map((status) => Number(at(status, 'restartCount') ?? 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const ended = statuses(pod)
    .map((status) => Date.parse(textAt(status, 'lastState', 'terminated', 'finishedAt')))
    .filter((time) => !Number.isNaN(time));
  if (total === 0 || ended.length === 0) return String(total);
  return `${total} (${humanDuration(now - Math.max(...ended))} ago)`;
}

function nodeStatus(node: ApiObject): string {
  const ready = list(at(node, 'status', 'conditions')).find((condition) => at(condition, 'type') === 'Ready');
  const word = ready === undefined ? 'Unknown' : at(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return at(node, 'spec', 'unschedulable') === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: ApiObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.length === 0 ? none : roles.map((label) => label.slice(prefix.length)).join(',');
}

function nodeAddress(type: string): Column['value'] {
  return (node) =>
    text(
      at(
        list(at(node, 'status', 'addresses')).find((row) => at(row, 'type') === type),
        'address',
      ),
    );
}

function ports(service: ApiObject): string {
  const rows = list(at(service, 'spec', 'ports')).map((port) => {
    const nodePort = at(port, 'nodePort');
    return `${textAt(port, 'port')}${nodePort ? `:${textAt(nodePort)}` : ''}/${textAt(port, 'protocol')}`;
  });
  return rows.length === 0 ? none : rows.join(',');
}

function externalIp(service: ApiObject): string {
  const ingress = list(at(service, 'status', 'loadBalancer', 'ingress')).map(
    (row) => at(row, 'ip') ?? at(row, 'hostname'),
  );
  const given = list(at(service, 'spec', 'externalIPs'));
  const all = [...ingress, ...given];
  if (all.length > 0) return all.join(',');
  return at(service, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : none;
}

function endpoints(object: ApiObject): string {
  const all = list(object['subsets']).flatMap((subset) =>
    list(at(subset, 'addresses')).flatMap((address) =>
      list(at(subset, 'ports')).map((port) => `${textAt(address, 'ip')}:${textAt(port, 'port')}`),
    ),
  );
  return all.length === 0 ? none : someOf(all);
}

/** The first of many. */
function someOf(all: readonly unknown[]): string {
  return all.slice(0, 3).join(',') + (all.length > 3 ? ` + ${all.length - 3} more...` : '');
}

const containers = (...path: string[]): Column[] => [
  column(
    'Containers',
    (object) =>
      list(at(object, ...path))
        .map((row) => at(row, 'name'))
        .join(','),
    1,
  ),
  column(
    'Images',
    (object) =>
      list(at(object, ...path))
        .map((row) => at(row, 'image'))
        .join(','),
    1,
  ),
];
const selector = column('Selector', (object) => selectorText(at(object, 'spec', 'selector')), 1);
const number = (title: string, ...path: string[]): Column =>
  column(title, (object) => Number(at(object, ...path) ?? 0));

function roleOf(binding: ApiObject): string {
  return `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`;
}

/** Columns by kind, as kubectl's users know them. */
export const printers: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    name,
    column('Ready', (pod) => {
      const ready = statuses(pod).filter((status) => at(status, 'ready') === true).length;
      return `${ready}/${list(at(pod, 'spec', 'containers')).length}`;
    }),
    column('Status', podStatus),
    column('Restarts', restarts),
    age,
    column('IP', (pod) => text(at(pod, 'status', 'podIP')), 1),
    column('Node', (pod) => text(at(pod, 'spec', 'nodeName')), 1),
    column('Nominated Node', (pod) => text(at(pod, 'status', 'nominatedNodeName')), 1),
    column('Readiness Gates', () => none, 1),
  ],
  Node: [
    name,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    age,
    column('Version', (node) => text(at(node, 'status', 'nodeInfo', 'kubeletVersion'))),
    column('Internal-IP', nodeAddress('InternalIP'), 1),
    column('External-IP', nodeAddress('ExternalIP'), 1),
    column('OS-Image', (node) => text(at(node, 'status', 'nodeInfo', 'osImage')), 1),
    column('Kernel-Version', (node) => text(at(node, 'status', 'nodeInfo', 'kernelVersion')), 1),
    column('Container-Runtime', (node) => text(at(node, 'status', 'nodeInfo', 'containerRuntimeVersion')), 1),
  ],
  Namespace: [name, column('Status', (object) => text(at(object, 'status', 'phase'))), age],
  Service: [
    name,
    column('Type', (service) => text(at(service, 'spec', 'type'))),
    column('Cluster-IP', (service) => text(at(service, 'spec', 'clusterIP'))),
    column('External-IP', externalIp),
    column('Port(s)', ports),
    age,
    column('Selector', (service) => labels(at(service, 'spec', 'selector')), 1),
  ],
  Endpoints: [name, column('Endpoints', endpoints), age],
  EndpointSlice: [
    name,
    column('AddressType', (slice) => text(slice['addressType'])),
    column('Ports', (slice) => someOf(list(slice['ports']).map((port) => at(port, 'port'))) || '<unset>'),
    column(
      'Endpoints',
      (slice) => someOf(list(slice['endpoints']).flatMap((row) => list(at(row, 'addresses')))) || '<unset>',
    ),
    age,
  ],
  ConfigMap: [name, column('Data', (map) => Object.keys(map['data'] ?? {}).length), age],
  Secret: [
    name,
    column('Type', (secret) => text(secret['type'])),
    column('Data', (secret) => Object.keys(secret['data'] ?? {}).length),
    age,
  ],
  ServiceAccount: [name, column('Secrets', (account) => list(account['secrets']).length), age],
  Event: [
    column('Last Seen', (event, now) => ageOf(event['lastTimestamp'] ?? event.metadata.creationTimestamp, now)),
    column('Type', (event) => text(event['type'])),
    column('Reason', (event) => text(event['reason'])),
    column('Object', (event) => {
      const kind = textAt(event, 'involvedObject', 'kind').toLowerCase();
      return `${kind}/${textAt(event, 'involvedObject', 'name')}`;
    }),
    column('Message', (event) => textAt(event, 'message').trim()),
  ],
  Deployment: [
    name,
    column(
      'Ready',
      (object) =>
        `${Number(at(object, 'status', 'readyReplicas') ?? 0)}/${Number(at(object, 'spec', 'replicas') ?? 0)}`,
    ),
    number('Up-to-date', 'status', 'updatedReplicas'),
    number('Available', 'status', 'availableReplicas'),
    age,
    ...containers('spec', 'template', 'spec', 'containers'),
    selector,
  ],
  ReplicaSet: [
    name,
    number('Desired', 'spec', 'replicas'),
    number('Current', 'status', 'replicas'),
    number('Ready', 'status', 'readyReplicas'),
    age,
    ...containers('spec', 'template', 'spec', 'containers'),
    selector,
  ],
  DaemonSet: [
    name,
    number('Desired', 'status', 'desiredNumberScheduled'),
    number('Current', 'status', 'currentNumberScheduled'),
    number('Ready', 'status', 'numberReady'),
    number('Up-to-date', 'status', 'updatedNumberScheduled'),
    number('Available', 'status', 'numberAvailable'),
    column('Node Selector', (object) => labels(at(object, 'spec', 'template', 'spec', 'nodeSelector'))),
    age,
    ...containers('spec', 'template', 'spec', 'containers'),
    selector,
  ],
  StatefulSet: [
    name,
    column(
      'Ready',
      (object) =>
        `${Number(at(object, 'status', 'readyReplicas') ?? 0)}/${Number(at(object, 'spec', 'replicas') ?? 0)}`,
    ),
    age,
    ...containers('spec', 'template', 'spec', 'containers'),
  ],
  Lease: [name, column('Holder', (lease) => text(at(lease, 'spec', 'holderIdentity'))), age],
  MutatingWebhookConfiguration: [name, column('Webhooks', (object) => list(object['webhooks']).length), age],
  ValidatingWebhookConfiguration: [name, column('Webhooks', (object) => list(object['webhooks']).length), age],
  RoleBinding: [name, column('Role', roleOf), age],
  ClusterRoleBinding: [name, column('Role', roleOf), age],
  NetworkPolicy: [name, column('Pod-Selector', (policy) => selectorText(at(policy, 'spec', 'podSelector'))), age],
  CustomResourceDefinition: [name, column('Created At', ({ metadata }) => metadata.creationTimestamp)],
  APIService: [
    name,
    column('Service', (service) => {
      const { namespace, name: target } = (at(service, 'spec', 'service') ?? {}) as {
        namespace?: string;
        name?: string;
      };
      return target ? `${namespace}/${target}` : 'Local';
    }),
    column('Available', (service) =>
      text(
        at(
          list(at(service, 'status', 'conditions')).find((row) => at(row, 'type') === 'Available'),
          'status',
        ),
      ),
    ),
    age,
  ],
};

export const defaultColumns: readonly Column[] = [
  name,
  column('Created At', ({ metadata }) => metadata.creationTimestamp),
];

export const nameColumn = name;
export const ageColumn = age;
