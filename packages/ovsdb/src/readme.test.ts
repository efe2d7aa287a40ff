/* eslint-disable @nx/enforce-module-boundaries -- the example stands in the README, where a user imports by name */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// #region example
import { openVSwitchSchema, OvsdbSession, Replica, Transaction, type SessionStep } from '@antrea-ts/ovsdb';

const replica = new Replica(openVSwitchSchema, { Bridge: ['name', 'ports'], Port: ['name'] });

function start(send: (bytes: Uint8Array) => void) {
  const session = new OvsdbSession();
  send(session.monitor('Open_vSwitch', 'my-monitor', replica.spec));

  const transaction = new Transaction(openVSwitchSchema);
  const port = transaction.insert('Port', {
    name: 'p1',
    interfaces: [transaction.insert('Interface', { name: 'p1' })],
  });
  transaction.mutate('Bridge', [['name', '==', 'br0']], [['ports', 'insert', [port]]]);
  const request = session.transact(transaction);
  send(request.send);

  /** To be called with what the socket delivers. */
  return (bytes: Uint8Array, nowMs: number) => act(session.receive(bytes, nowMs));

  function act(step: SessionStep) {
    step.send.forEach(send);
    for (const event of step.events) {
      if (event.kind === 'monitored') replica.resync(event.reply);
      if (event.kind === 'updated') replica.apply(event.updates);
      if (event.kind === 'answered' && event.id === request.id) {
        console.log('inserted', transaction.parseResult(event.result).uuid(port));
      }
      if (event.kind === 'failed') console.error(event.error.code, event.error.operation);
    }
  }
}
// #endregion

test('the example is the one in the README, and works', () => {
  const example = /#region example\n(.*)\/\/ #endregion/s.exec(readFileSync(import.meta.filename, 'utf8'))?.[1];
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(example);

  const sent: { method: string; id: number }[] = [];
  const receive = start((bytes) => sent.push(JSON.parse(new TextDecoder().decode(bytes)) as (typeof sent)[0]));
  const uuid = '00000000-0000-4000-8000-000000000001';
  const result = [false, uuid, { Bridge: { [uuid]: { initial: { name: 'br0' } } } }];
  receive(new TextEncoder().encode(JSON.stringify({ id: sent[0]?.id, result, error: null })), 0);
  expect(sent.map(({ method }) => method)).toEqual(['monitor_cond_since', 'transact']);
  expect(replica.find('Bridge', 'name', 'br0')?.ports).toEqual([]);
});
