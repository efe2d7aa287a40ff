import { Buffer } from 'node:buffer';
import { authorityPlaces } from '@antrea-ts/apis';
import { isKubeError, resource, resources, type KubeClient, type KubeObject, type Resource } from '@antrea-ts/kube';

interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly { readonly clientConfig?: { readonly caBundle?: string } }[];
}
interface ApiService extends KubeObject {
  readonly spec?: { readonly caBundle?: string };
}
interface Definition extends KubeObject {
  readonly spec?: {
    readonly conversion?: { readonly webhook?: { readonly clientConfig?: { readonly caBundle?: string } } };
  };
}

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;
const mutating = resource<WebhookConfiguration>({
  ...admission,
  plural: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
});
const validating = resource<WebhookConfiguration>({
  ...admission,
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
});
const apiServices = resource<ApiService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  plural: 'apiservices',
  kind: 'APIService',
  namespaced: false,
});
const definitions = resource<Definition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

/** An object of the manifest in which the API server looks up whom to trust: some are optional. */
interface Place {
  readonly of: Resource;
  readonly name: string;
  /** JSON pointers to the bundles in it, with what they are now. */
  readonly bundles: (object: KubeObject) => [pointer: string, now: string | undefined][];
}

const inWebhooks = ({ webhooks = [] }: WebhookConfiguration): [string, string | undefined][] =>
  webhooks.map(({ clientConfig }, index) => [`/webhooks/${index}/clientConfig/caBundle`, clientConfig?.caBundle]);

/** Declares a place, and forgets the type of its object. */
function place<T extends KubeObject>(
  of: Resource<T>,
  name: string,
  bundles: (object: T) => [string, string | undefined][],
): Place {
  return { of, name, bundles: bundles as Place['bundles'] };
}

/** Everything that the authority is kept in, besides the ConfigMap. */
const places: readonly Place[] = [
  ...authorityPlaces.apiServices.map((name) =>
    place(apiServices, name, ({ spec }) => [['/spec/caBundle', spec?.caBundle]]),
  ),
  ...authorityPlaces.mutatingWebhooks.map((name) => place(mutating, name, inWebhooks)),
  ...authorityPlaces.validatingWebhooks.map((name) => place(validating, name, inWebhooks)),
  ...authorityPlaces.conversions.map((name) =>
    place(definitions, name, ({ spec }) => {
      const webhook = spec?.conversion?.webhook;
      return webhook ? [['/spec/conversion/webhook/clientConfig/caBundle', webhook.clientConfig?.caBundle]] : [];
    }),
  ),
];

/** What was written, to be told: names of objects. */
export type Published = readonly string[];

/**
 * Makes the authority known wherever clients of the controller look: the ConfigMap `antrea-ca` for agents and antctl,
 * and the objects by which the API server calls us. Writes only what differs; objects that do not exist are passed over.
 */
export async function publishAuthority(
  client: KubeClient,
  options: { readonly namespace: string; readonly ca: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<Published> {
  const written: string[] = [];
  if (await publishConfigMap(client, options, { signal })) written.push(`ConfigMap ${options.namespace}/antrea-ca`);
  const bundle = Buffer.from(options.ca).toString('base64');
  for (const { of, name, bundles } of places) {
    const object = await client.get(of, { name }, { signal }).catch(unlessAbsent);
    const wrong = object ? bundles(object).filter(([, now]) => now !== bundle) : [];
    if (wrong.length === 0) continue;
    const body = wrong.map(([path]) => ({ op: 'add', path, value: bundle }) as const);
    await client.patch(of, { name }, { type: 'json', body }, { signal });
    written.push(`${of.kind} ${name}`);
  }
  return written;
}

async function publishConfigMap(
  client: KubeClient,
  { namespace, ca }: { readonly namespace: string; readonly ca: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const ref = { namespace, name: 'antrea-ca' };
  const data = { 'ca.crt': ca };
  const existing = await client.get(resources.configMaps, ref, { signal }).catch(unlessAbsent);
  if (existing?.data?.['ca.crt'] === ca) return false;
  const metadata = { ...ref, labels: { app: 'antrea' } };
  if (existing) await client.patch(resources.configMaps, ref, { type: 'merge', body: { metadata, data } }, { signal });
  else await client.create(resources.configMaps, { metadata, data }, { signal });
  return true;
}

function unlessAbsent(error: unknown): undefined {
  if (isKubeError(error, 'not-found')) return undefined;
  throw error;
}
