import type { Container, Pod } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { containerSpec, expand } from './container-spec.js';

const pod: Pod = {
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web' } },
  spec: { containers: [], nodeName: 'node-1' },
};
const facts = { podIps: ['10.10.1.2', 'fd10:10:1::2'], hostIps: ['192.168.77.11'] };

function spec(container: Partial<Container>): ReturnType<typeof containerSpec> {
  return containerSpec(pod, { name: 'c', ...container }, facts);
}

describe('containerSpec', () => {
  it('only is, without a command', () => {
    expect(spec({ image: 'nginx' })).toEqual({ kind: 'pause' });
  });

  it('runs command and arguments, as `kubectl run -- …` writes them, too', () => {
    expect(spec({ command: ['sh', '-c'], args: ['id'] })).toMatchObject({ argv: ['sh', '-c', 'id'], workingDir: '/' });
    expect(spec({ args: ['sleep', '1'] })).toMatchObject({ argv: ['sleep', '1'] });
  });

  it.each([
    ['metadata.name', 'web'],
    ['metadata.namespace', 'shop'],
    ["metadata.labels['app']", 'web'],
    ["metadata.annotations['none']", ''],
    ['spec.nodeName', 'node-1'],
    ['status.podIP', '10.10.1.2'],
    ['status.podIPs', '10.10.1.2,fd10:10:1::2'],
    ['status.hostIP', '192.168.77.11'],
  ])('fieldRef %s is %j', (fieldPath, value) => {
    const env = [{ name: 'V', valueFrom: { fieldRef: { fieldPath } } }];
    expect(spec({ command: ['x'], env })).toMatchObject({ env: { V: value } });
  });

  it('expands earlier variables in variables and arguments', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)2$(C)' },
    ];
    expect(spec({ command: ['echo', '$(B) $$(A)'], env })).toMatchObject({ argv: ['echo', '12$(C) $(A)'] });
  });

  it('says what it cannot do', () => {
    const env = [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    expect(spec({ command: ['x'], env })).toMatchObject({
      kind: 'invalid',
      why: expect.stringContaining('env S') as string,
    });
  });
});

it('expand leaves unknown names alone', () => {
  expect(expand('$(A)$(NO)$$', { A: 'a' })).toBe('a$(NO)$');
});
