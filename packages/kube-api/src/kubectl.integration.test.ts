import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  eventually,
  podManifest,
  startTestCluster,
  widgetDefinition,
  type Ran,
  type TestCluster,
} from './fixtures/test-cluster.js';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({
    podLogs: async (_pod, { tailLines }) => (tailLines === 1 ? 'two\n' : 'one\ntwo\n'),
  });
});
afterAll(() => cluster.stop());

/** Runs kubectl, which must succeed. */
async function kubectl(args: string, input?: unknown): Promise<string> {
  const ran = await kubectlRan(args, input);
  expect(ran, `kubectl ${args}`).toMatchObject({ code: 0 });
  return ran.stdout;
}

async function kubectlRan(args: string, input?: unknown): Promise<Ran> {
  return cluster.kubectl(args.split(' '), input === undefined ? undefined : stringify(input));
}

const pod = (name: string, labels: Record<string, string> = {}) => podManifest(name, { labels });

describe('kubectl', () => {
  it('finds its way around', async () => {
    expect(await kubectl('version')).toContain('v1.22.0-antrea-lab');
    expect(await kubectl('get namespaces')).toMatch(/^NAME +STATUS +AGE\ndefault +Active/);
    const resources = await kubectl('api-resources');
    expect(resources).toMatch(/^networkpolicies +netpol +networking.k8s.io\/v1 +true +NetworkPolicy$/m);
    expect(await kubectl('api-versions')).toContain('apps/v1\n');
    expect(await kubectl('auth can-i create pods')).toBe('yes\n');
    expect(await kubectl('get --raw /healthz')).toBe('ok');
  });

  it('creates, shows and describes', async () => {
    await kubectl('create -f -', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1', labels: { 'node-role.kubernetes.io/worker': '' } },
    });
    await kubectl('create -f -', pod('web', { app: 'web' }));
    await kubectl('run made --image=none');
    await kubectl('create namespace extra');
    await kubectl('create configmap settings --from-literal=a=b');
    await kubectl('create service clusterip svc --tcp=80:80');
    await kubectl('expose pod web --port=8080');
    await kubectl('create deployment d --image=none --replicas=2');
    await kubectl('scale deployment d --replicas=3');
    expect(await kubectl('get deployment d')).toMatch(/^d +0\/3/m);
    expect(await kubectl('get nodes -o wide')).toMatch(
      /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP.*\nnode-1 +Unknown +worker/,
    );
    expect(await kubectl('get pods -o wide')).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE.*\n[^]*^made +0\/1 +Pending/m,
    );
    expect(await kubectl('get svc')).toMatch(/^web +ClusterIP +10\.96\.\d+\.\d+ +<none> +8080\/TCP/m);
    expect(await kubectl('get pods -l app=web -o name')).toBe('pod/web\n');
    expect(await kubectl('get pods --field-selector status.phase=Running -o name')).toBe('');
    expect(await kubectl('get pod web -o jsonpath={.spec.containers[0].name}')).toBe('main');
    expect(await kubectl('describe pod web')).toMatch(/^Name: +web\n[^]*Events: +<none>/);
    expect(await kubectl('describe node node-1')).toMatch(/^Name: +node-1/);
    expect(await kubectl('describe svc web')).toMatch(/Selector: +app=web/);
    expect(await kubectl('logs web')).toBe('one\ntwo\n');
    expect(await kubectl('logs web --tail=1')).toBe('two\n');
  });

  it('shows events where they belong', async () => {
    const uid = await kubectl('get pod web -o jsonpath={.metadata.uid}');
    await kubectl('create -f -', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'web.1', namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web', uid },
      reason: 'Tested',
      message: 'It was tested.',
      type: 'Normal',
      source: { component: 'test' },
      firstTimestamp: new Date().toISOString(),
      lastTimestamp: new Date().toISOString(),
      count: 1,
    });
    expect(await kubectl('describe pod web')).toMatch(/Normal +Tested +\S+ +test +It was tested\./);
    expect(await kubectl('get events')).toMatch(/Normal +Tested +pod\/web +It was tested\./);
  });

  it('applies from its own side, with all three states', async () => {
    await kubectl('apply -f -', pod('apply', { a: '1', b: '1' }));
    await kubectl('label pod apply c=1');
    expect(await kubectl('apply -f -', pod('apply', { a: '2' }))).toBe('pod/apply configured\n');
    expect(JSON.parse(await kubectl('get pod apply -o jsonpath={.metadata.labels}'))).toEqual({ a: '2', c: '1' });
    expect(await kubectl('apply -f -', pod('apply', { a: '2' }))).toBe('pod/apply unchanged\n');
    expect((await kubectlRan('diff -f -', pod('apply', { a: '2' }))).code).toBe(0);
    expect((await kubectlRan('diff -f -', pod('apply', { a: '3' }))).code).toBe(1);
  });

  it('applies on the server, and is told of conflicts', async () => {
    await kubectl('apply --server-side -f -', pod('ssa', { a: '1' }));
    await kubectl('label pod ssa a=2 --overwrite');
    const refused = await kubectlRan('apply --server-side -f -', pod('ssa', { a: '1' }));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('.metadata.labels.a') });
    await kubectl('apply --server-side --force-conflicts -f -', pod('ssa', { a: '1' }));
    expect(await kubectl('get pod ssa -o jsonpath={.metadata.labels.a}')).toBe('1');
    // From one side to the other, and nothing is lost.
    await kubectl('apply --server-side --force-conflicts -f -', pod('apply', { a: '9' }));
    expect(await kubectl('get pod apply -o jsonpath={.metadata.labels.a}')).toBe('9');
  });

  it.each([
    ['merge', '{"metadata":{"annotations":{"m":"1"}}}', 'm'],
    [
      'strategic',
      '{"metadata":{"annotations":{"s":"1"}},"spec":{"containers":[{"name":"main","image":"other"}]}}',
      's',
    ],
    ['json', '[{"op":"add","path":"/metadata/annotations/j","value":"1"}]', 'j'],
  ])('patches: %s', async (type, patch, annotation) => {
    await kubectl(`patch pod web --type=${type} -p ${patch}`);
    expect(await kubectl(`get pod web -o jsonpath={.metadata.annotations.${annotation}}`)).toBe('1');
  });

  it('labels, annotates, replaces and taints', async () => {
    await kubectl('label pod web tier=front');
    await kubectl('label pod web tier-');
    await kubectl('annotate pod web note=x');
    await kubectl('taint node node-1 key=value:NoSchedule');
    expect(await kubectl('get node node-1 -o jsonpath={.spec.taints[0].key}')).toBe('key');
    await kubectl('taint node node-1 key-');
    await kubectl('cordon node-1');
    expect(await kubectl('get nodes')).toContain('SchedulingDisabled');
    const stale = await kubectl('get configmap settings -o yaml');
    await kubectl('annotate configmap settings changed=yes');
    const conflict = await cluster.kubectl(['replace', '-f', '-'], stale);
    expect(conflict).toMatchObject({ code: 1, stderr: expect.stringContaining('the object has been modified') });
  });

  it('explains built-in kinds and custom ones', async () => {
    expect(await kubectl('explain pod.spec.containers')).toMatch(/image\s+<string>/);
    await kubectl('apply -f -', widgetDefinition);
    await kubectl('wait --for=condition=Established crd/widgets.demo.example.com --timeout=10s');
    expect(await kubectl('explain widget')).toContain('Widget is a thing of which there are several.');
    expect(await kubectl('explain widget.spec.size')).toContain('How big it is.');
  });

  it('handles custom objects like any other', async () => {
    const widget = { apiVersion: 'demo.example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
    await kubectl('apply -f -', widget);
    expect(await kubectl('get wd')).toMatch(/^NAME +SIZE +AGE\nw +3 +\d+s/);
    await kubectl('apply -f -', { ...widget, spec: { size: 4 } });
    await kubectl('apply --server-side --force-conflicts -f -', { ...widget, spec: { size: 5, color: 'blue' } });
    await kubectl('scale widget w --replicas=6');
    expect(await kubectl('get widget w -o jsonpath={.spec.size}{.spec.color}')).toBe('6blue');
    const wrong = await kubectlRan('apply -f -', { ...widget, spec: { size: 0, color: 'green' } });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/spec.size|must be greater|Invalid value: 0/);
    const unknown = await kubectlRan('create -f -', {
      ...widget,
      metadata: { name: 'u' },
      spec: { size: 1, colour: 'red' },
    });
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('colour') });
    await kubectl('delete widget w');
  });

  it('sees wrong fields before anything is stored', async () => {
    const bad = await kubectlRan('apply -f -', { ...pod('bad'), spec: { contaners: [] } });
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('contaners') });
    const empty = await kubectlRan('create --validate=false -f -', { ...pod('bad'), spec: {} });
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('spec.containers: Required value') });
  });

  it('watches', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: cluster.dir, KUBECONFIG: cluster.kubeconfigFile };
    const child = spawn('kubectl', ['get', 'pods', '--watch', '-l', 'watched=yes', '-o', 'wide'], { env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      await kubectl('run watched --image=none --labels=watched=yes');
      await eventually(
        async () => output,
        (text) => /^watched +0\/1 +Pending/m.test(text),
      );
      const status = JSON.stringify({ status: { phase: 'Running', podIP: '10.0.0.9' } });
      await cluster.call('PATCH', '/api/v1/namespaces/default/pods/watched/status', status, {
        contentType: 'application/merge-patch+json',
      });
      await eventually(
        async () => output,
        (text) => /^watched +0\/1 +Running.* 10\.0\.0\.9 /m.test(text),
      );
    } finally {
      child.kill();
    }
  });

  it('deletes, and waits until it is done', async () => {
    expect(await kubectl('delete pod web made')).toMatch(/pod "web" deleted[^]*pod "made" deleted/);
    await kubectl('create -f -', podManifest('kubelet', { node: 'node-1' }));
    const deleting = kubectl('delete pod kubelet');
    await eventually(
      () => kubectl('get pod kubelet'),
      (text) => text.includes('Terminating'),
    );
    await cluster.call('DELETE', '/api/v1/namespaces/default/pods/kubelet?gracePeriodSeconds=0');
    expect(await deleting).toContain('pod "kubelet" deleted');
    await kubectl('delete deployment d --cascade=foreground');
    await kubectl('delete namespace extra');
    await kubectl('delete crd widgets.demo.example.com');
    await kubectl('delete pods --all');
    expect((await kubectlRan('get pods')).stderr).toContain('No resources found');
  });
});
