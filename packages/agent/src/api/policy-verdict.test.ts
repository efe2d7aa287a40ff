import { parseIp, parseMac } from '@antrea-ts/net-types';
import { createNodePipeline, PolicyFlows } from '@antrea-ts/pipeline';
import type { CompletedRule } from '@antrea-ts/policy';
import { HttpError, Router, type HttpRequest } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { routePolicyVerdict, verdictOf, type VerdictNode } from './policy-verdict.js';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const profile = nodeProfile({}, ['10.0.1.1']);
const web = {
  containerId: 'c',
  podName: 'web',
  podNamespace: 'default',
  interfaceName: 'web-1',
  ofPort: 5,
  mac: parseMac('0e:00:00:00:00:05'),
  addresses: [parseIp('10.0.1.2')],
};
const rule: CompletedRule = {
  id: 'r',
  policy: { type: 'AntreaClusterNetworkPolicy', name: 'deny', uid: 'u' },
  name: 'all',
  direction: 'In',
  action: 'Reject',
  enableLogging: false,
  priority: { tier: 50, policy: 1, rule: 0 },
  services: [{ protocol: 'TCP', port: 80 }],
  targets: [{ key: 'web', pod: { namespace: 'default', name: 'web' }, addresses: web.addresses, ports: [] }],
  peers: { members: [], ipBlocks: [{ cidr: { address: parseIp('0.0.0.0'), prefixLength: 0 }, except: [] }], fqdns: [] },
};
const policies = new PolicyFlows(profile, { controllerId: 1, meters: false, denyTracking: false });
policies.setPod('default/web', web);
policies.setRule(rule);
policies.takeChanges();
const pipeline = createNodePipeline(profile);
const flows = [...pipeline.base(), ...pipeline.pod(web), ...policies.flows().values()];
const node: VerdictNode = {
  name: 'node-1',
  profile: () => profile,
  pods: () => [web],
  connection: { dumpFlows: async () => [] },
  ruleOf: (id) => policies.ruleOf(id),
};
const question = { source: parseIp('10.0.2.2'), destination: parseIp('10.0.1.2'), protocol: 'tcp', port: 80 };

describe('the verdict of installed flows', () => {
  it('names the rule that decides', () => {
    expect(verdictOf({ ...question, origin: 'peer' }, flows, node)).toMatchObject({
      node: 'node-1',
      action: 'Reject',
      decisions: [
        { direction: 'Out', by: 'none' },
        {
          direction: 'In',
          by: 'rule',
          table: 'AntreaPolicyIngressRule',
          rule: { policy: rule.policy, action: 'Reject', name: 'all', tierPriority: 50, priority: 1, index: 0 },
        },
      ],
    });
  });

  it('lets through what no rule is about, and what the Node itself sends', () => {
    expect(verdictOf({ ...question, port: 81, origin: 'outside' }, flows, node).action).toBe('Allow');
    const probe = verdictOf({ ...question, origin: 'node' }, flows, node);
    expect([probe.action, probe.decisions.at(-1)?.by]).toEqual(['Allow', 'bypass']);
  });

  it('takes what comes to Services without kube-proxy for no probe, though it has the address of the gateway', () => {
    const asGateway = { ...profile, hostSource: 'gatewayAddress' as const };
    const base = createNodePipeline(asGateway);
    const installed = [...base.base(), ...base.pod(web), ...policies.flows().values()];
    const actionOn = (proxyAll: boolean): string => {
      const there = { ...node, profile: () => ({ ...asGateway, proxyAll }) };
      return verdictOf({ ...question, source: parseIp('10.0.1.1'), origin: 'outside' }, installed, there).action;
    };
    expect([actionOn(true), actionOn(false)]).toEqual(['Reject', 'Allow']);
  });

  it('tells where a packet ends that no flow matches', () => {
    const cut = flows.filter(({ table }) => table !== 70);
    expect(verdictOf({ ...question, port: 81, origin: 'peer' }, cut, node)).toMatchObject({
      action: 'Drop',
      droppedAt: 'table=70: no flow matches',
    });
  });

  it.each([
    ['source=x&destination=10.0.1.2', 'source: "x" is no IP address'],
    ['source=10.0.1.2&destination=fd00::1', 'another family'],
    ['source=10.0.1.2&destination=10.0.1.3&protocol=gre', 'protocol: "gre" is none of'],
    ['source=10.0.1.2&destination=10.0.1.3&origin=moon&port=1', 'origin: "moon"'],
    ['source=10.0.1.2&destination=10.0.1.3&port=70000', 'port: "70000"'],
    ['source=10.0.1.2&destination=10.0.1.3', 'port: tcp, udp and sctp need one'],
  ])('refuses %s', async (query, message) => {
    const router = new Router();
    routePolicyVerdict(router, node);
    const request = {
      method: 'GET',
      path: '/policyverdict',
      query: new URLSearchParams(query),
      signal: new AbortController().signal,
    } as unknown as HttpRequest;
    const refused = await router.handle(request).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HttpError);
    expect((refused as HttpError).message).toContain(message);
  });
});
