import { definitionDefaults } from '../custom/definition.js';
import { at, textAt, isJsonObject, type ApiObject, type Json, type JsonObject } from '../object.js';
import type { ApiResource } from '../resources/resource.js';

/** Fills in what Kubernetes would, for the kinds that the lab's programs and people look at. */
export function withDefaults({ kind, group }: ApiResource, object: ApiObject): ApiObject {
  switch (group === '' ? kind : `${group}/${kind}`) {
    case 'Pod':
      return {
        ...object,
        spec: podDefaults(objectAt(object, 'spec')),
        status: { phase: 'Pending', qosClass: qosClassOf(objectAt(object, 'spec')), ...objectAt(object, 'status') },
      };
    case 'Namespace':
      return {
        ...object,
        metadata: {
          ...object.metadata,
          labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name },
        },
        spec: { finalizers: ['kubernetes'], ...objectAt(object, 'spec') },
        status: { phase: 'Active', ...objectAt(object, 'status') },
      };
    case 'Service':
      return {
        ...object,
        spec: serviceDefaults(objectAt(object, 'spec')),
        status: { loadBalancer: {}, ...objectAt(object, 'status') },
      };
    case 'Endpoints':
      return { ...object, ...withListDefaults(object, 'subsets', (subset) => withPorts(subset)) };
    case 'discovery.k8s.io/EndpointSlice':
      return withPorts(object, { name: '' });
    case 'apps/Deployment':
      return { ...object, spec: deploymentDefaults(withTemplate(objectAt(object, 'spec'))) };
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
      return { ...object, spec: withTemplate({ replicas: 1, ...objectAt(object, 'spec') }) };
    case 'apps/DaemonSet': {
      const spec = withStrategy(withTemplate(objectAt(object, 'spec')), 'updateStrategy', 0);
      return { ...object, spec: { revisionHistoryLimit: 10, ...spec } };
    }
    case 'networking.k8s.io/NetworkPolicy':
      return { ...object, spec: networkPolicyDefaults(objectAt(object, 'spec')) };
    case 'Secret':
      return { type: 'Opaque', ...secretData(object) };
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return { ...object, spec: definitionDefaults(objectAt(object, 'spec')) };
    case 'apiregistration.k8s.io/APIService':
      return { ...object, spec: withServicePort(objectAt(object, 'spec')) };
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return withListDefaults(object, 'webhooks', (webhook) => ({
        reinvocationPolicy: 'Never',
        ...webhookDefaults(webhook),
      }));
    case 'admissionregistration.k8s.io/ValidatingWebhookConfiguration':
      return withListDefaults(object, 'webhooks', webhookDefaults);
    case 'Node':
      return { ...object, spec: objectAt(object, 'spec'), status: objectAt(object, 'status') };
    default:
      return object;
  }
}

function objectAt(object: unknown, ...path: string[]): JsonObject {
  const value = at(object, ...path);
  return isJsonObject(value) ? value : {};
}

/** An object whose list of objects is changed item by item. */
function withListDefaults<T extends object>(object: T, field: string, change: (item: JsonObject) => JsonObject): T {
  const list = at(object, field);
  if (!Array.isArray(list)) return object;
  return { ...object, [field]: list.map((item: Json) => (isJsonObject(item) ? change(item) : item)) };
}

function withPorts<T extends object>(object: T, more: JsonObject = {}): T {
  return withListDefaults(object, 'ports', (port) => ({ protocol: 'TCP', ...more, ...port }));
}

function deploymentDefaults(spec: JsonObject): JsonObject {
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...withStrategy(spec, 'strategy', '25%'),
  };
}

/** How a workload goes from one template to the next. */
function withStrategy(spec: JsonObject, field: string, maxSurge: string | number): JsonObject {
  const given = { type: 'RollingUpdate', ...objectAt(spec, field) };
  if (given.type !== 'RollingUpdate') return { ...spec, [field]: given };
  const rollingUpdate = {
    maxUnavailable: maxSurge === 0 ? 1 : maxSurge,
    maxSurge,
    ...objectAt(given, 'rollingUpdate'),
  };
  return { ...spec, [field]: { ...given, rollingUpdate } };
}

function webhookDefaults(webhook: JsonObject): JsonObject {
  const scoped = withListDefaults(webhook, 'rules', (rule) => ({ scope: '*', ...rule }));
  return {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    ...scoped,
    clientConfig: withServicePort(objectAt(webhook, 'clientConfig')),
  };
}

function withServicePort(config: JsonObject): JsonObject {
  const { service } = config;
  return isJsonObject(service) ? { ...config, service: { port: 443, ...service } } : config;
}

function podDefaults(spec: JsonObject): JsonObject {
  const withContainers = withListDefaults(
    withListDefaults(spec, 'containers', containerDefaults),
    'initContainers',
    containerDefaults,
  );
  const serviceAccountName = spec['serviceAccountName'] ?? spec['serviceAccount'] ?? 'default';
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
    ...withContainers,
    serviceAccountName,
    serviceAccount: serviceAccountName,
  };
}

function containerDefaults(container: JsonObject): JsonObject {
  const image = textAt(container, 'image');
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return {
    imagePullPolicy: (tag === undefined || tag === 'latest') && !image.includes('@') ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...withPorts(container),
  };
}

function qosClassOf(spec: JsonObject): string {
  const containers = Array.isArray(spec['containers']) ? spec['containers'] : [];
  const given = containers.map((container) => ({
    limits: objectAt(container, 'resources', 'limits'),
    requests: objectAt(container, 'resources', 'requests'),
  }));
  const isNothing = given.every(({ limits, requests }) => Object.keys({ ...limits, ...requests }).length === 0);
  if (isNothing) return 'BestEffort';
  const isEverything = given.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name]),
  );
  return isEverything ? 'Guaranteed' : 'Burstable';
}

function serviceDefaults({ sessionAffinityConfig, ...spec }: JsonObject): JsonObject {
  const type = spec['type'] ?? 'ClusterIP';
  const isExternal = type === 'NodePort' || type === 'LoadBalancer';
  const clientIP = { timeoutSeconds: 10_800, ...objectAt(sessionAffinityConfig, 'clientIP') };
  return {
    type,
    sessionAffinity: 'None',
    ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(isExternal ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(spec['sessionAffinity'] === 'ClientIP' ? { sessionAffinityConfig: { clientIP } } : {}),
    ...withListDefaults(spec, 'ports', (port) => ({
      protocol: 'TCP',
      ...port,
      targetPort: port['targetPort'] || (port['port'] ?? null),
    })),
  };
}

function withTemplate(spec: JsonObject): JsonObject {
  const template = spec['template'];
  if (!isJsonObject(template)) return spec;
  return { ...spec, template: { ...template, spec: podDefaults(objectAt(template, 'spec')) } };
}

function networkPolicyDefaults(spec: JsonObject): JsonObject {
  const { egress } = spec;
  const policyTypes = Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  const withProtocols = withListDefaults(
    withListDefaults(spec, 'ingress', (rule) => withPorts(rule)),
    'egress',
    (rule) => withPorts(rule),
  );
  return { policyTypes, ...withProtocols };
}

/** `stringData` is written, `data` is kept. */
function secretData(object: ApiObject): ApiObject {
  const { stringData, ...rest } = object as ApiObject & { stringData?: unknown };
  if (!isJsonObject(stringData)) return rest;
  const encoded = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(textAt(value)).toString('base64')]),
  );
  return { ...(rest as ApiObject), data: { ...objectAt(object, 'data'), ...encoded } };
}
