import { controlPlaneObjects } from '@antrea-ts/apis';
import { resource, resources, type KubeClient, type KubeObject, type Resource } from '@antrea-ts/kube';

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

/** Makes the objects by which the API finds antrea-controller, as its manifest does. */
export async function installControlPlane(client: KubeClient): Promise<void> {
  for (const object of controlPlaneObjects() as readonly KubeObject[]) {
    const of = byKind[object.kind ?? ''];
    if (!of) throw new Error(`lab: objects of kind ${object.kind} have no place`);
    await client.create(of, object);
  }
}
