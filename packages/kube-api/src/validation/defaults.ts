import { at, isJsonObject, type ApiObject, type Json, type JsonObject } from '../object.js';

/** Fills in what Kubernetes would, for the kinds that the lab's programs and people look at. */
export function withDefaults(object: ApiObject): ApiObject {
  switch (object.kind) {
    case 'Pod':
      return {
        ...object,
        spec: podDefaults(objectAt(object, 'spec')),
        status: { phase: 'Pending', ...objectAt(object, 'status') },
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
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return { ...object, spec: withTemplate({ replicas: 1, ...objectAt(object, 'spec') }) };
    case 'DaemonSet':
      return { ...object, spec: withTemplate(objectAt(object, 'spec')) };
    case 'NetworkPolicy':
      return { ...object, spec: networkPolicyDefaults(objectAt(object, 'spec')) };
    case 'Secret':
      return { type: 'Opaque', ...secretData(object) };
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

function podDefaults(spec: JsonObject): JsonObject {
  const containers = (list: Json | undefined): Json | undefined =>
    Array.isArray(list)
      ? list.map((container) =>
          isJsonObject(container)
            ? {
                imagePullPolicy: 'IfNotPresent',
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                ...container,
                ...(Array.isArray(container['ports']) ? { ports: container['ports'].map(portDefaults) } : {}),
              }
            : container,
        )
      : list;
  const initContainers = containers(spec['initContainers']);
  const main = containers(spec['containers']);
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    securityContext: {},
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
    ...spec,
    ...(main === undefined ? {} : { containers: main }),
    ...(initContainers === undefined ? {} : { initContainers }),
  };
}

function portDefaults(port: Json): Json {
  return isJsonObject(port) ? { protocol: 'TCP', ...port } : port;
}

function serviceDefaults(spec: JsonObject): JsonObject {
  const ports = spec['ports'];
  return {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ...spec,
    ...(Array.isArray(ports)
      ? {
          ports: ports.map((port) =>
            isJsonObject(port) ? { protocol: 'TCP', targetPort: port['port'] ?? null, ...port } : port,
          ),
        }
      : {}),
  };
}

function withTemplate(spec: JsonObject): JsonObject {
  const template = spec['template'];
  if (!isJsonObject(template)) return spec;
  return { ...spec, template: { ...template, spec: podDefaults(objectAt(template, 'spec')) } };
}

function networkPolicyDefaults(spec: JsonObject): JsonObject {
  if (spec['policyTypes'] !== undefined) return spec;
  return { ...spec, policyTypes: spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'] };
}

/** `stringData` is written, `data` is kept. */
function secretData(object: ApiObject): ApiObject {
  const { stringData, ...rest } = object as ApiObject & { stringData?: unknown };
  if (!isJsonObject(stringData)) return rest as ApiObject;
  const encoded = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]),
  );
  return { ...(rest as ApiObject), data: { ...objectAt(object, 'data'), ...encoded } };
}
