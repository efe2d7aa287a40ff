import { KubeError, type KubeClient } from '@antrea-ts/kube';
import { NodeRules } from '@antrea-ts/policy';
import { describe, expect, it } from 'vitest';
import type { NodePolicies } from './node-policies.js';
import { PodAdmission } from './pod-admission.js';

const pod = { namespace: 'ns', name: 'web' };
const { signal } = new AbortController();

interface Answer {
  readonly isKnown: boolean;
  readonly policies?: readonly string[];
  readonly appliedToGroups?: readonly string[];
}

function setUp(answers: (Answer | Error)[], options: { readonly exists?: boolean } = {}) {
  const rules = new NodeRules({ hash: (text) => text });
  rules.replace('networkPolicies', []);
  rules.replace('appliedToGroups', []);
  rules.replace('addressGroups', []);
  const asked: string[] = [];
  const raw = async ({ path }: { path: string }): Promise<string> => {
    asked.push(path);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return JSON.stringify({ policies: [], appliedToGroups: [], ...answer });
  };
  const get = async (): Promise<unknown> => {
    if (options.exists === false) throw new KubeError('not-found', 'no such Pod');
    return {};
  };
  const admission = new PodAdmission({
    nodeName: 'n1',
    cluster: { get } as unknown as KubeClient,
    client: () => ({ raw }) as unknown as KubeClient,
    policies: { rules } as NodePolicies,
    deadlineMs: 300,
  });
  return { admission, rules, asked };
}

const policy = {
  metadata: { name: 'u1', uid: 'u1' },
  sourceRef: { type: 'K8sNetworkPolicy', namespace: 'ns', name: 'np', uid: 'u1' },
  appliedToGroups: ['g1'],
  rules: [{ direction: 'In', from: {}, action: 'Allow', enableLogging: false, priority: -1 }],
};

describe('a new Pod', () => {
  it('begins at once when nothing applies to it', async () => {
    const { admission, asked } = setUp([{ isKnown: true }]);
    await admission.admit(pod, { signal });
    expect(asked).toEqual(['/apis/controlplane.antrea.io/v1beta2/namespaces/ns/podpolicies/web?node=n1']);
  });

  it('waits until the controller has seen it, and until its policies and groups are here', async () => {
    const named = { isKnown: true, policies: ['u1'], appliedToGroups: ['g1'] };
    const { admission, rules, asked } = setUp([{ isKnown: false }, named]);
    let admitted = false;
    const waiting = admission.admit(pod, { signal }).then(() => (admitted = true));
    await expect.poll(() => asked.length).toBeGreaterThan(2);
    rules.set('networkPolicies', policy);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(admitted).toBe(false);
    rules.set('appliedToGroups', { metadata: { name: 'g1' }, groupMembers: [{ pod }] });
    await waiting;
  });

  it('is refused, to be tried again, when the controller does not speak', async () => {
    const { admission } = setUp([new KubeError('unreachable', 'connect ECONNREFUSED')]);
    await expect(admission.admit(pod, { signal })).rejects.toThrow(
      /Pod ns\/web: its network policies are not known yet \(connect ECONNREFUSED\), try again later/,
    );
  });

  it('is refused when the controller never sees it', async () => {
    const { admission } = setUp([{ isKnown: false }]);
    await expect(admission.admit(pod, { signal })).rejects.toThrow(/has not seen the Pod on this Node/);
  });

  it('that the cluster does not know is nobody', async () => {
    const { admission } = setUp([{ isKnown: false }], { exists: false });
    await admission.admit(pod, { signal });
  });

  it('need not be asked about where the controller is that of Antrea 1.3', async () => {
    const { admission } = setUp([new KubeError('not-found', 'no such path')]);
    await admission.admit(pod, { signal });
  });
});
