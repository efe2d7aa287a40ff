import type { ControlplaneGroup } from '@antrea-ts/apis';
import { resource, type KubeClient } from '@antrea-ts/kube';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlplaneWatch } from './controlplane-watch.js';

const addressGroups = resource({
  group: 'controlplane.antrea.io',
  version: 'v1beta2',
  plural: 'addressgroups',
  kind: 'AddressGroup',
  namespaced: false,
});

type Step = { type: string; name?: string } | 'break' | 'end' | 'open';

/** A controller whose watches say what is written down, one list for each watch. */
function controllerThatSays(...watches: Step[][]) {
  const selectors: (string | undefined)[] = [];
  let aborted: (() => void) | undefined;
  const client = {
    async *watch(_: unknown, options: { fieldSelector?: string; signal: AbortSignal }) {
      selectors.push(options.fieldSelector);
      for (const step of watches.shift() ?? ['open']) {
        if (step === 'break') throw new Error('connection reset');
        if (step === 'end') return;
        if (step === 'open') {
          await new Promise<void>((resolve) => {
            aborted = resolve;
            options.signal.addEventListener('abort', () => resolve(), { once: true });
          });
          options.signal.throwIfAborted();
        } else if (step.type === 'BOOKMARK') {
          yield { type: 'BOOKMARK', resourceVersion: '', initialEventsEnd: false };
        } else yield { type: step.type, object: { metadata: { name: step.name } } };
      }
    },
  } as unknown as KubeClient;
  return { client, selectors, release: () => aborted?.() };
}

const running: ControlplaneWatch<ControlplaneGroup>[] = [];
afterEach(async () => {
  for (const watch of running.splice(0)) await watch.stop();
});

function follow(client: () => KubeClient | undefined, onEvent?: (text: string) => void) {
  const told: string[] = [];
  const tell = (text: string): void => {
    told.push(text);
    onEvent?.(text);
  };
  const log = memoryLogger();
  const watch = new ControlplaneWatch<ControlplaneGroup>({
    resource: addressGroups,
    nodeName: 'n1',
    client,
    logger: log,
    pauses: { retry: 1, waitForClient: 1 },
    onSynced: () => tell('synced'),
    sink: {
      replace: (groups) => tell(`replace ${groups.map(({ metadata }) => metadata.name).join(' ')}`.trim()),
      added: ({ metadata }) => tell(`added ${metadata.name}`),
      modified: ({ metadata }) => tell(`modified ${metadata.name}`),
      deleted: (name) => tell(`deleted ${name}`),
    },
  });
  running.push(watch);
  watch.start();
  return { watch, told, log };
}

describe('ControlplaneWatch', () => {
  it('gives everything at the bookmark, then each change', async () => {
    const { client, selectors } = controllerThatSays([
      { type: 'ADDED', name: 'a' },
      { type: 'DELETED', name: 'x' },
      { type: 'ADDED', name: 'b' },
      { type: 'BOOKMARK' },
      { type: 'MODIFIED', name: 'a' },
      { type: 'ADDED', name: 'c' },
      { type: 'DELETED', name: 'b' },
      'open',
    ]);
    const { watch, told } = follow(() => client);
    await expect.poll(() => told).toEqual(['replace a b', 'synced', 'modified a', 'added c', 'deleted b']);
    expect(watch.isConnected).toBe(true);
    expect(selectors).toEqual(['nodeName=n1']);
  });

  it('never takes a beginning that broke off for everything', async () => {
    const { client } = controllerThatSays(
      [{ type: 'ADDED', name: 'a' }, 'break'],
      [{ type: 'ADDED', name: 'a' }, 'end'],
      [{ type: 'ADDED', name: 'a' }, { type: 'BOOKMARK' }, 'end'],
      [{ type: 'ADDED', name: 'b' }, { type: 'BOOKMARK' }, 'open'],
    );
    const { told, log } = follow(() => client);
    await expect.poll(() => told).toEqual(['replace a', 'synced', 'replace b', 'synced']);
    expect(log.messages('warn')).toHaveLength(2);
  });

  it('waits for a client, and says once what keeps it', async () => {
    const { client } = controllerThatSays(['break'], ['break'], ['break'], [{ type: 'BOOKMARK' }, 'open']);
    let known = false;
    setTimeout(() => (known = true), 20);
    const { told, log, watch } = follow(() => (known ? client : undefined));
    expect(watch.isConnected).toBe(false);
    await expect.poll(() => told).toEqual(['replace', 'synced']);
    expect(log.messages('warn')).toHaveLength(1);
  });

  it('begins anew when what it was told makes no sense', async () => {
    const { client } = controllerThatSays(
      [{ type: 'BOOKMARK' }, { type: 'MODIFIED', name: 'unknown' }, { type: 'ADDED', name: 'lost' }, 'open'],
      [{ type: 'ADDED', name: 'lost' }, { type: 'BOOKMARK' }, 'open'],
    );
    const { told } = follow(
      () => client,
      (text) => {
        if (text === 'modified unknown') throw new Error('no such group');
      },
    );
    await expect.poll(() => told).toEqual(['replace', 'synced', 'modified unknown', 'replace lost', 'synced']);
  });
});
