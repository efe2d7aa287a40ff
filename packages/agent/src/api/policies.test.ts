import { NodeRules } from '@antrea-ts/policy';
import { HttpError, Router, type HttpRequest } from '@antrea-ts/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { routePolicies } from './policies.js';

const policy = (name: string, type: string, source: string, group: string, namespace?: string) => ({
  metadata: { name, uid: name },
  sourceRef: { type, name: source, uid: name, ...(namespace === undefined ? {} : { namespace }) },
  appliedToGroups: [group],
  ...(type === 'K8sNetworkPolicy' ? {} : { priority: 5, tierPriority: 250 }),
  rules: [
    {
      direction: 'In',
      from: {},
      action: 'Allow',
      enableLogging: false,
      priority: type === 'K8sNetworkPolicy' ? -1 : 0,
    },
  ],
});

const router = new Router();
const rules = new NodeRules({ hash: (text) => String(text.length) });
routePolicies(router, rules);

async function get(path: string): Promise<string[] | { name: string }> {
  const [pathname = '', query = ''] = path.split('?');
  const request = { method: 'GET', path: pathname, query: new URLSearchParams(query), params: {} } as unknown;
  const { body } = await router.handle(request as HttpRequest);
  const { json } = body as { json: { items?: { metadata: { name: string } }[]; metadata: { name: string } } };
  return json.items ? json.items.map(({ metadata }) => metadata.name) : json.metadata;
}

describe('what the controller told', () => {
  beforeEach(() => {
    rules.replace('networkPolicies', [
      policy('u1', 'K8sNetworkPolicy', 'np', 'g1', 'ns'),
      policy('u2', 'AntreaClusterNetworkPolicy', 'acnp', 'g2'),
      policy('u3', 'AntreaNetworkPolicy', 'np', 'g2', 'other'),
    ]);
    rules.replace('appliedToGroups', [
      { metadata: { name: 'g1' }, groupMembers: [{ pod: { name: 'web', namespace: 'ns' } }] },
      { metadata: { name: 'g2' } },
    ]);
    rules.replace('addressGroups', []);
  });

  it.each<[string, unknown]>([
    ['/networkpolicies', ['u1', 'u2', 'u3']],
    ['/networkpolicies?name=u2', ['u2']],
    ['/networkpolicies?source=np', ['u1', 'u3']],
    ['/networkpolicies?namespace=ns', ['u1']],
    ['/networkpolicies?type=acnp', ['u2']],
    ['/networkpolicies?type=K8sNP', ['u1']],
    ['/networkpolicies?pod=web&namespace=ns', ['u1']],
    ['/networkpolicies?pod=other&namespace=ns', []],
    ['/appliedtogroups', ['g1', 'g2']],
    ['/appliedtogroups?name=g1', { name: 'g1' }],
    ['/addressgroups', []],
  ])('%s', async (path, names) => expect(await get(path)).toEqual(names));

  it.each<[string, number, RegExp]>([
    ['/networkpolicies?name=nobody', 404, /no policy nobody/],
    ['/networkpolicies?name=u1&type=ANP', 400, /with a name, none of the other fields can be set/],
    ['/networkpolicies?pod=web', 400, /with a pod name, namespace must be provided/],
    ['/networkpolicies?type=XNP', 400, /invalid reference type/],
    ['/addressgroups?name=nobody', 404, /no group nobody/],
  ])('%s is refused with %i', async (path, status, message) => {
    const error = await get(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status, message: expect.stringMatching(message) as string });
  });
});
