import { controllerPort, controlPlaneObjects } from '@antrea-ts/apis';
import { resource, resources, type KubeClient, type KubeObject, type Resource } from '@antrea-ts/kube';
import type { Service } from 'kubernetes-types/core/v1.js';

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;

/** Where objects of each kind are made. */
const byKind: Readonly<Record<string, Resource>> = {
  Service: resources.services,
  APIService: resource({
    group: 'apiregistration.k8s.io',
    version: 'v1',
    plural: 'apiservices',
    kind: 'APIService',
    namespaced: false,
  }),
  MutatingWebhookConfiguration: resource({
    ...admission,
    plural: 'mutatingwebhookconfigurations',
    kind: 'MutatingWebhookConfiguration',
  }),
  ValidatingWebhookConfiguration: resource({
    ...admission,
    plural: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
  }),
};

/**
 * Makes the objects by which the API finds antrea-controller, as its manifest does. The controller is no Pod here: its
 * Service has no selector, but Endpoints that say where it is.
 */
export async function installControlPlane(client: KubeClient, addresses: readonly string[]): Promise<void> {
  for (const object of controlPlaneObjects() as readonly KubeObject[]) {
    const of = byKind[object.kind ?? ''];
    if (!of) throw new Error(`lab: objects of kind ${object.kind} have no place`);
    await client.create(of, of === resources.services ? withoutSelector(object as Service) : object);
    if (of !== resources.services) continue;
    await client.create(resources.endpoints, {
      metadata: { name: object.metadata?.name ?? '', namespace: object.metadata?.namespace ?? '' },
      subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ port: controllerPort }] }],
    });
  }
}

function withoutSelector(service: Service): Service {
  const { selector: _, ...spec } = service.spec ?? {};
  return { ...service, spec };
}
