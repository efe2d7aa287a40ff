import { describe, expect, it } from 'vitest';
import { describeAction, requestAction } from './request-action.js';

const cp = { kind: 'resource', group: 'controlplane.antrea.io', version: 'v1beta2', subresource: '' };
const root = '/apis/controlplane.antrea.io/v1beta2';

describe('requestAction', () => {
  it.each([
    ['GET', '/metrics', { kind: 'path', verb: 'get', path: '/metrics' }],
    ['HEAD', '/metrics', { kind: 'path', verb: 'head', path: '/metrics' }],
    ['PUT', '/loglevel', { kind: 'path', verb: 'put', path: '/loglevel' }],
    // As the router takes them: another reading would be a way around.
    ['GET', '//metrics/', { kind: 'path', verb: 'get', path: '/metrics' }],
    ['GET', '/', { kind: 'path', verb: 'get', path: '/' }],
    ['GET', '/apis', { kind: 'path', verb: 'get', path: '/apis' }],
    ['GET', root, { kind: 'path', verb: 'get', path: root }],
    ['GET', `${root}/networkpolicies`, { ...cp, verb: 'list', resource: 'networkpolicies', namespace: '', name: '' }],
    [
      'GET',
      `/${root}//networkpolicies/`,
      { ...cp, verb: 'list', resource: 'networkpolicies', namespace: '', name: '' },
    ],
    [
      'GET',
      `${root}/networkpolicies?watch=true&fieldSelector=nodeName%3Dn1`,
      { ...cp, verb: 'watch', resource: 'networkpolicies', namespace: '', name: '' },
    ],
    [
      'GET',
      `${root}/networkpolicies?fieldSelector=metadata.name%3Dx`,
      { ...cp, verb: 'list', resource: 'networkpolicies', namespace: '', name: 'x' },
    ],
    [
      'POST',
      `${root}/networkpolicies/p/status`,
      { ...cp, verb: 'create', resource: 'networkpolicies', subresource: 'status', namespace: '', name: 'p' },
    ],
    [
      'GET',
      `${root}/namespaces/ns/groupassociations/web`,
      { ...cp, verb: 'get', resource: 'groupassociations', namespace: 'ns', name: 'web' },
    ],
    ['GET', `${root}/namespaces/ns`, { ...cp, verb: 'get', resource: 'namespaces', namespace: '', name: 'ns' }],
    ['DELETE', `${root}/tiers`, { ...cp, verb: 'deletecollection', resource: 'tiers', namespace: '', name: '' }],
  ])('%s %s', (method, target, action) => {
    const url = new URL(`http://local${target}`);
    expect(requestAction({ method, path: url.pathname, query: url.searchParams })).toEqual(action);
  });
});

it('describes actions', () => {
  const describe = (method: string, path: string): string =>
    describeAction(requestAction({ method, path, query: new URLSearchParams() }));
  expect(describe('GET', '/metrics')).toBe('get path "/metrics"');
  expect(describe('GET', `${root}/namespaces/ns/groupassociations/web`)).toBe(
    'get resource "groupassociations" in API group "controlplane.antrea.io" named "web" in the namespace "ns"',
  );
});
