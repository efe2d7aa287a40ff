import { describe, expect, it } from 'vitest';
import { mirroredKinds } from './mirrored-kinds.js';
import {
  managedByAnnotation,
  mirroringController,
  needsStatus,
  planMirror,
  stopMirrorAnnotation,
  type Mirrored,
} from './plan-mirror.js';

const managed = { [managedByAnnotation]: mirroringController };
const stopped = { [stopMirrorAnnotation]: '' };

function object(
  spec: object,
  options: { annotations?: Record<string, string>; labels?: Record<string, string> } = {},
): Mirrored {
  return { metadata: { name: 'x', ...options }, spec };
}

describe('a legacy object', () => {
  it.each<[string, Mirrored | undefined, Mirrored | undefined]>([
    ['create', object({ a: 1 }), undefined],
    ['none', object({ a: 1 }), object({ a: 1 }, { annotations: managed })],
    ['none', object({ a: 1, b: 2 }), object({ b: 2, a: 1 }, { annotations: managed })],
    ['update', object({ a: 2 }), object({ a: 1 }, { annotations: managed })],
    ['update', object({ a: 1 }, { labels: { l: '1' } }), object({ a: 1 }, { annotations: managed })],
    ['update', object({ a: 1 }), object({ a: 1 }, { annotations: managed, labels: { l: '1' } })],
    ['release', object({ a: 2 }, { annotations: stopped }), object({ a: 1 }, { annotations: managed })],
    ['none', object({ a: 2 }, { annotations: stopped }), object({ a: 1 })],
    ['none', object({ a: 2 }, { annotations: stopped }), undefined],
    ['delete', undefined, object({ a: 1 }, { annotations: managed })],
    ['none', undefined, object({ a: 1 })],
    ['none', object({ a: 2 }), object({ a: 1 })],
    ['none', object({ a: 2 }), object({ a: 1 }, { annotations: { [managedByAnnotation]: 'me' } })],
    ['none', undefined, undefined],
  ])('%s: %j, %j', (step, legacy, current) => expect(planMirror(legacy, current)).toBe(step));

  it('hears the status of its mirror, and of no other', () => {
    const status = { phase: 'Realized' };
    const mirror = { ...object({}, { annotations: managed }), status };
    expect(needsStatus(object({}), mirror)).toBe(true);
    expect(needsStatus({ ...object({}), status }, mirror)).toBe(false);
    expect(needsStatus(object({}, { annotations: stopped }), mirror)).toBe(false);
    expect(needsStatus(object({}), { ...object({}), status })).toBe(false);
    expect(needsStatus(undefined, mirror)).toBe(false);
    expect(needsStatus(object({}), object({}, { annotations: managed }))).toBe(false);
  });

  it('is completed as the webhooks do it, whatever its age', () => {
    const ofKind = (plural: string) => mirroredKinds.find(({ current }) => current.plural === plural)!;
    const spec = { priority: 5, ingress: [{ action: 'Allow' }] };
    const { specOf } = ofKind('clusternetworkpolicies');
    expect(specOf(object(spec))).toEqual({
      ...spec,
      tier: 'application',
      ingress: [{ action: 'Allow', name: 'ingress-allow-8cca288' }],
    });
    expect(specOf({ metadata: { name: 'x' } })).toBeUndefined();
    const ipBlock = { cidr: '10.0.0.0/8' };
    expect(ofKind('clustergroups').specOf(object({ ipBlock }))).toEqual({ ipBlocks: [ipBlock] });
  });
});
