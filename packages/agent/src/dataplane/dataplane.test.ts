import { flowKey, isGroup, type Flow, type SwitchItem } from '@antrea-ts/openflow';
import { createMemoryDriver, FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { Dataplane } from './dataplane.js';

function flow(table: number, priority = 1): Flow {
  return { table, priority, cookie: 1n, match: [], instructions: [{ kind: 'goto_table', table: 110 }] };
}

const byKey = (...flows: Flow[]): [string, Flow][] => flows.map((each) => [flowKey(each), each]);
const { signal } = new AbortController();
const running: Dataplane[] = [];

function dataplaneOver(...installed: Flow[]) {
  const driver = createMemoryDriver<string, SwitchItem>(byKey(...installed));
  const clock = new FakeClock();
  const log = memoryLogger();
  const dataplane = new Dataplane({ driver, logger: log, clock });
  running.push(dataplane);
  const tables = (): number[] =>
    [...driver.state.values()].flatMap((item) => (isGroup(item) ? [] : item.table)).sort((a, b) => a - b);
  return { dataplane, driver, clock, log, tables };
}

afterEach(async () => {
  for (const dataplane of running.splice(0)) await dataplane.stop();
});

describe('at start', () => {
  it('sends nothing when nothing differs', async () => {
    const { dataplane, driver } = dataplaneOver(flow(10), flow(20));
    dataplane.set('a', [flow(10), flow(20)]);
    dataplane.start();
    await dataplane.settled({ signal });
    expect(driver.plans).toEqual([]);
    expect(dataplane.inSync).toBe(true);
  });

  it('removes nothing before every owner has spoken', async () => {
    const { dataplane, clock, tables } = dataplaneOver(flow(10), flow(99));
    dataplane.set('a', [flow(10)]);
    await clock.advance(60_000);
    expect(tables()).toEqual([10, 99]);
    dataplane.start();
    await dataplane.settled({ signal });
    expect(tables()).toEqual([10]);
  });

  it('makes one bundle of all that differs', async () => {
    const { dataplane, driver, tables } = dataplaneOver(flow(10), flow(99));
    dataplane.set('a', [flow(10), flow(20)]);
    dataplane.set('b', [flow(30)]);
    dataplane.start();
    await dataplane.settled({ signal });
    expect(driver.plans).toHaveLength(1);
    expect(tables()).toEqual([10, 20, 30]);
  });
});

describe('while it runs', () => {
  it('collects what is stated while a bundle is on its way, and tells each owner when its own is in', async () => {
    const { dataplane, driver, clock, tables } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const release = driver.holdNext('apply');
    dataplane.set('a', [flow(10)]);
    let settled = false;
    const first = dataplane.settled({ signal, owner: 'a' }).then(() => (settled = true));
    await clock.advance(1);
    // The bundle is on its way: it does not count before it is acknowledged.
    expect(dataplane.inSync).toBe(false);
    dataplane.set('b', [flow(20)]);
    dataplane.set('c', [flow(30)]);
    const second = dataplane.settled({ signal, owner: 'c' });
    expect(settled).toBe(false);
    release();
    await Promise.all([first, second]);
    expect(driver.plans).toHaveLength(2);
    expect(tables()).toEqual([10, 20, 30]);
  });

  it('does not call settled what is on its way', async () => {
    const { dataplane, driver, clock } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const release = driver.holdNext('apply');
    dataplane.set('a', [flow(10)]);
    await clock.advance(1);
    let settled = false;
    const waiting = dataplane.settled({ signal, owner: 'a' }).then(() => (settled = true));
    await clock.advance(1);
    expect(settled).toBe(false);
    release();
    await waiting;
  });

  it('keeps everybody waiting who waits for the same owner', async () => {
    const { dataplane, driver, clock } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const release = driver.holdNext('apply');
    dataplane.set('a', [flow(10)]);
    let settled = 0;
    const waiting = [1, 2].map(() => dataplane.settled({ signal, owner: 'a' }).then(() => (settled += 1)));
    await clock.advance(1);
    expect(settled).toBe(0);
    release();
    await Promise.all(waiting);
  });

  it('still waits for what an owner stated before, when it states the same again', async () => {
    const { dataplane, driver, clock, tables } = dataplaneOver();
    dataplane.set('pod', [flow(10)]);
    dataplane.start();
    await dataplane.settled({ signal });
    // A DEL that is repeated while the flows of the first are on their way out.
    const release = driver.holdNext('apply');
    dataplane.set('pod', []);
    await clock.advance(1);
    dataplane.set('pod', []);
    let settled = false;
    const waiting = dataplane.settled({ signal, owner: 'pod' }).then(() => (settled = true));
    await clock.advance(1);
    expect({ settled, tables: tables() }).toEqual({ settled: false, tables: [10] });
    release();
    await waiting;
    expect(tables()).toEqual([]);
  });

  it('changes some flows of an owner and leaves its others', async () => {
    const { dataplane, driver, tables } = dataplaneOver();
    dataplane.set('policies', [flow(10), flow(20)]);
    dataplane.start();
    await dataplane.settled({ signal });
    const set = new Map(byKey(flow(30)));
    dataplane.patch('policies', { set, removed: new Set([flowKey(flow(10))]) });
    await dataplane.settled({ signal, owner: 'policies' });
    expect(tables()).toEqual([20, 30]);
    expect(driver.plans).toHaveLength(2);
  });

  it('replays after a reconnection', async () => {
    const { dataplane, driver, tables } = dataplaneOver();
    dataplane.set('a', [flow(10), flow(20)]);
    dataplane.start();
    await dataplane.settled({ signal });
    driver.state.clear();
    dataplane.switchConnected();
    await dataplane.settled({ signal });
    expect(tables()).toEqual([10, 20]);
  });

  it('repairs within half a minute what somebody changed, and tells whose it is', async () => {
    const { dataplane, driver, clock, log, tables } = dataplaneOver();
    dataplane.set('pod/default/web', [flow(10), flow(20)]);
    dataplane.start();
    await dataplane.settled({ signal });
    driver.state.delete(flowKey(flow(10)));
    driver.state.set(flowKey(flow(99)), flow(99));
    await clock.advance(30_000);
    expect(tables()).toEqual([10, 20]);
    const warnings = log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
    expect(warnings).toEqual([
      expect.objectContaining({ what: 'missing', owner: 'pod/default/web' }),
      expect.objectContaining({ what: 'unwanted' }),
    ]);
  });
});

it('looks for changes from outside every half minute, however busy it is', async () => {
  const { dataplane, driver, clock, tables } = dataplaneOver();
  dataplane.set('a', [flow(10)]);
  dataplane.start();
  await dataplane.settled({ signal });
  driver.state.set(flowKey(flow(99)), flow(99));
  for (let second = 1; second <= 30; second += 1) {
    dataplane.set('busy', [flow(20, second)]);
    await clock.advance(1_000);
  }
  expect(tables()).toEqual([10, 20]);
});

it('asks nothing more of the switch once it is stopped', async () => {
  const { dataplane, driver, clock } = dataplaneOver();
  dataplane.start();
  await dataplane.settled({ signal });
  await dataplane.stop();
  const before = driver.observations;
  await clock.advance(120_000);
  expect(driver.observations).toBe(before);
});

describe('its problem', () => {
  it('is that flows are not installed, at start and after a reconnection', async () => {
    const { dataplane, driver, clock } = dataplaneOver();
    dataplane.set('a', [flow(10)]);
    expect(dataplane.problem).toBe('flows are not installed yet');
    dataplane.start();
    await dataplane.settled({ signal });
    expect(dataplane.problem).toBeUndefined();
    driver.failNext('observe', new Error('disconnected'));
    dataplane.switchConnected();
    await clock.advance(1);
    expect(dataplane.problem).toBe('flows are not installed yet');
    await clock.advance(1_000);
    expect(dataplane.problem).toBeUndefined();
  });

  it('is no change on its way, and no flow that is refused: those are told as such', async () => {
    const { dataplane, driver, clock } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const release = driver.holdNext('apply');
    dataplane.set('pod/default/web', [flow(10)]);
    await clock.advance(1);
    expect(dataplane.problem).toBeUndefined();
    driver.failNextItem(flowKey(flow(10)), new Error('OFPBAC_BAD_TYPE'));
    release();
    await expect(dataplane.settled({ signal })).rejects.toThrow('OFPBAC_BAD_TYPE');
    expect([dataplane.problem, dataplane.refused]).toEqual([undefined, ['pod/default/web']]);
    await clock.advance(1_000);
    expect(dataplane.refused).toEqual([]);
  });

  it('is a bundle that did not come through', async () => {
    const { dataplane, driver, clock } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    driver.failNext('apply', new Error('no answer'));
    dataplane.set('a', [flow(10)]);
    await clock.advance(1);
    expect(dataplane.problem).toBe('no answer');
    await clock.advance(1_000);
    expect(dataplane.problem).toBeUndefined();
  });
});

describe('when the switch refuses', () => {
  it("keeps one owner's trouble from the others, and tries again", async () => {
    const { dataplane, driver, clock, tables } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const refuse = (): void => {
      // As a bundle is: one bad flow and nothing is applied.
      driver.failNextItem(flowKey(flow(10)));
      driver.failNextItem(flowKey(flow(20)));
    };
    refuse();
    dataplane.set('bad', [flow(10)]);
    dataplane.set('good', [flow(20)]);
    const bad = dataplane.settled({ signal, owner: 'bad' });
    const good = dataplane.settled({ signal, owner: 'good' });
    await clock.advance(1);
    await expect(good).resolves.toBeUndefined();
    await expect(bad).resolves.toBeUndefined();
    expect(driver.plans.length).toBeGreaterThan(1);
    expect(tables()).toEqual([10, 20]);
  });

  it("lets an owner go on whose flows came in the same bundle as another's", async () => {
    const { dataplane, driver, tables } = dataplaneOver();
    dataplane.set('node base', [flow(10)]);
    dataplane.set('bad', [flow(20)]);
    driver.failNextItem(flowKey(flow(20)));
    dataplane.start();
    await dataplane.settled({ signal, owner: 'node base' });
    expect(tables()).toEqual([10]);
  });

  it('tells the owner of a flow that stays refused, and goes on trying', async () => {
    const { dataplane, driver, clock, tables } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    driver.failNextItem(flowKey(flow(10)), new Error('OFPBAC_BAD_TYPE'));
    dataplane.set('bad', [flow(10)]);
    await expect(dataplane.settled({ signal, owner: 'bad' })).rejects.toThrow('OFPBAC_BAD_TYPE');
    expect(tables()).toEqual([]);
    await clock.advance(10_000);
    expect(tables()).toEqual([10]);
  });

  it('lets nobody wait for ever', async () => {
    const { dataplane, driver } = dataplaneOver();
    dataplane.start();
    await dataplane.settled({ signal });
    const release = driver.holdNext('apply');
    dataplane.set('a', [flow(10)]);
    const limited = AbortSignal.timeout(20);
    await expect(dataplane.settled({ signal: limited, owner: 'a' })).rejects.toThrow();
    release();
  });
});
