import type { AntreaPolicy, ClusterGroup, Tier } from '@antrea-ts/apis';
import { HttpError, Router, type HttpRequest } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { routeNamespaceWebhook, routeWebhooks } from './route-webhooks.js';

const controllerUser = 'system:serviceaccount:kube-system:antrea-controller';
const tiers: Tier[] = [
  { metadata: { name: 'application' }, spec: { priority: 250 } },
  { metadata: { name: 'mine' }, spec: { priority: 7 } },
];
const groups: ClusterGroup[] = [{ metadata: { name: 'parent' }, spec: { childGroups: ['child'] } }];
const policies: AntreaPolicy[] = [{ metadata: { name: 'p' }, spec: { priority: 1, tier: 'mine' } }];
const known: Readonly<Record<string, readonly unknown[]>> = {
  tier: tiers,
  clusterGroup: groups,
  clusterNetworkPolicy: policies,
  antreaNetworkPolicy: [],
};

const router = new Router();
routeNamespaceWebhook(router);
routeWebhooks(router, { cluster: { objects: (kind: string) => known[kind] ?? [] } as never, controllerUser });

function post(path: string, body: string | object, type: string | undefined = 'application/json') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return router.handle({
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: { 'content-type': type },
    body: async () => new TextEncoder().encode(text),
  } as unknown as HttpRequest);
}

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
  readonly patch?: string;
}

async function review(path: string, request: object): Promise<Response> {
  const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', ...request } };
  const answer = (await post(path, body)).body as { json: { apiVersion: string; kind: string; response: Response } };
  expect(answer.json).toMatchObject({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u' },
  });
  return answer.json.response;
}

const named = (name: string, spec: object): object => ({ metadata: { name }, spec });
const policy = (spec: object): object => named('x', { priority: 1, appliedTo: [{ podSelector: {} }], ...spec });

describe('webhooks', () => {
  it.each<[string, string, object, string | undefined]>([
    ['/validate/acnp', 'CREATE', policy({}), undefined],
    ['/validate/acnp', 'CREATE', policy({ tier: 'nobody' }), 'spec.tier: tier nobody does not exist'],
    [
      '/validate/anp',
      'UPDATE',
      policy({ appliedTo: [] }),
      'spec.appliedTo: appliedTo needs to be set in either spec or rules',
    ],
    ['/validate/anp', 'DELETE', policy({ appliedTo: [] }), undefined],
    [
      '/validate/tier',
      'CREATE',
      named('t', { priority: 7 }),
      'spec.priority: tier t priority 7 overlaps with existing Tier',
    ],
    [
      '/validate/tier',
      'DELETE',
      named('mine', {}),
      'metadata.name: tier mine is referenced by 1 Antrea ClusterNetworkPolicies',
    ],
    ['/validate/tier', 'DELETE', named('platform', {}), 'metadata.name: cannot delete reserved tier platform'],
    [
      '/validate/clustergroup',
      'CREATE',
      named('child', { childGroups: ['other'] }),
      'spec.childGroups: cannot set childGroups for ClusterGroup child, who has 1 parents',
    ],
    [
      '/validate/clustergroup',
      'UPDATE',
      named('g', { childGroups: ['parent'] }),
      'spec.childGroups[0]: cannot set ClusterGroup parent as childGroup, who has 1 childGroups itself',
    ],
    ['/validate/clustergroup', 'DELETE', named('child', { childGroups: ['other'] }), undefined],
  ])('%s %s %j: %s', async (path, operation, object, message) => {
    const about = operation === 'DELETE' ? { oldObject: object, object: null } : { object };
    const { allowed, status } = await review(path, { operation, ...about });
    expect([allowed, status?.message]).toEqual([message === undefined, message]);
  });

  it('let only the controller change the priority of a tier', async () => {
    const change = { operation: 'UPDATE', oldObject: named('t', { priority: 1 }), object: named('t', { priority: 2 }) };
    const { status } = await review('/validate/tier', { ...change, userInfo: { username: 'someone' } });
    expect(status?.message).toBe('spec.priority: update to Tier priority is not allowed');
    expect(await review('/validate/tier', { ...change, userInfo: { username: controllerUser } })).toMatchObject({
      allowed: true,
    });
  });

  it.each([
    ['/mutate/acnp', policy({ ingress: [{ action: 'Allow' }] }), ['/spec/ingress/0/name', '/spec/tier']],
    ['/mutate/anp', policy({ tier: 'mine' }), []],
    ['/mutate/namespace', { metadata: { name: 'ns' } }, ['/metadata/labels']],
  ])('%s fills in what is missing', async (path, object, filled) => {
    const { allowed, patch } = await review(path, { operation: 'CREATE', object });
    expect(allowed).toBe(true);
    const steps =
      patch === undefined ? [] : (JSON.parse(Buffer.from(patch, 'base64').toString()) as { path: string }[]);
    expect(steps.map((step) => step.path)).toEqual(filled);
  });

  it('convert ClusterGroups, and say what they do not know', async () => {
    const old = {
      apiVersion: 'crd.antrea.io/v1alpha2',
      metadata: { name: 'g' },
      spec: { ipBlock: { cidr: '10.0.0.0/8' } },
    };
    const ask = async (desiredAPIVersion: string): Promise<unknown> => {
      const request = { uid: 'u', desiredAPIVersion, objects: [old] };
      const answer = await post('/convert/clustergroup', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'ConversionReview',
        request,
      });
      return (answer.body as { json: { response: unknown } }).json.response;
    };
    expect(await ask('crd.antrea.io/v1alpha3')).toMatchObject({
      uid: 'u',
      convertedObjects: [{ apiVersion: 'crd.antrea.io/v1alpha3', spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }] } }],
      result: { status: 'Success' },
    });
    expect(await ask('crd.antrea.io/v9')).toMatchObject({ convertedObjects: [], result: { status: 'Failure' } });
  });

  it.each<[number, string | object, string | undefined]>([
    [400, '', undefined],
    [400, 'no JSON', undefined],
    [400, '[]', undefined],
    [400, { kind: 'AdmissionReview' }, undefined],
    [400, { kind: 'AdmissionReview', request: { operation: 'CREATE' } }, undefined],
    [415, {}, 'text/plain'],
  ])('answer %i to %j of type %s', async (status, body, type) => {
    const answer = post('/validate/acnp', body, type);
    await expect(answer).rejects.toBeInstanceOf(HttpError);
    await expect(answer).rejects.toMatchObject({ status });
  });
});
