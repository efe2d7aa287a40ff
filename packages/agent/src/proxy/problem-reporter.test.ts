import type { Event } from 'kubernetes-types/core/v1.js';
import type { KubeClient } from '@antrea-ts/kube';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { ProblemReporter } from './problem-reporter.js';

const service = { kind: 'Service', namespace: 'shop', name: 'web' } as const;
const bad = [{ field: 'spec.ports[0].port', text: '0 is no port' }];

function reporterOn(nodeName: string) {
  const events: Event[] = [];
  const client = {
    create: async (_: unknown, event: Event) => void events.push(event),
  } as unknown as Pick<KubeClient, 'create'>;
  const log = memoryLogger();
  const clock = new FakeClock();
  return { reporter: new ProblemReporter({ client, logger: log, clock, nodeName }), events, clock };
}

it('says once what is wrong, and again when it is wrong anew', () => {
  const { reporter, events } = reporterOn('n1');
  reporter.report(service, bad);
  reporter.report(service, bad);
  expect(events.map(({ message, involvedObject }) => [message, involvedObject.name])).toEqual([
    ['spec.ports[0].port: 0 is no port', 'web'],
  ]);
  reporter.report(service, []);
  reporter.report(service, bad);
  expect(events).toHaveLength(2);
});

it('gives the event the same name on every Node', () => {
  const [one, other] = ['n1', 'n2'].map(reporterOn);
  for (const each of [one, other]) each?.reporter.report(service, bad);
  expect(one?.events[0]?.metadata.name).toBe(other?.events[0]?.metadata.name);
});

it('tells of Services that stay without Endpoints, not of those that get some soon', async () => {
  const { reporter, events, clock } = reporterOn('n1');
  reporter.lookLater('shop', 'soon', () => false);
  reporter.lookLater('shop', 'never', () => true);
  reporter.lookLater('shop', 'never', () => true);
  await clock.advance(10_000);
  expect(events.map(({ reason, involvedObject }) => [reason, involvedObject.name])).toEqual([['NoEndpoints', 'never']]);
});
