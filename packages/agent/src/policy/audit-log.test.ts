import { FakeClock } from '@antrea-ts/reconcile/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, type AuditEntry } from './audit-log.js';

const entry: AuditEntry = {
  table: 'AntreaPolicyIngressRule',
  policy: 'AntreaNetworkPolicy:default/deny',
  action: 'Drop',
  priority: 14500,
  source: '10.10.1.2',
  destination: '10.10.1.3',
  length: 60,
  protocol: 'TCP',
};
const text =
  'AntreaPolicyIngressRule AntreaNetworkPolicy:default/deny Drop 14500 SRC: 10.10.1.2 DEST: 10.10.1.3 60 TCP';

let clock: FakeClock;
let lines: string[];
let log: AuditLog;
beforeEach(() => {
  clock = new FakeClock();
  lines = [];
  log = new AuditLog({ clock, write: (line) => lines.push(line) });
});

const withoutTime = (): string[] => lines.map((line) => line.replace(/^\S+ \S+ /, ''));

describe('AuditLog', () => {
  it('writes what was allowed at once, in the form of 1.3', () => {
    log.record({ ...entry, action: 'Allow' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} AntreaPolicyIngressRule .* 60 TCP\n$/);
  });

  it('writes a packet that was denied once alone without a number', async () => {
    log.record(entry);
    expect(lines).toEqual([]);
    await clock.advance(1_000);
    expect(withoutTime()).toEqual([`${text}\n`]);
  });

  it('counts those of the same kind within a second, and begins again after it', async () => {
    log.record(entry);
    await clock.advance(300);
    log.record(entry);
    log.record({ ...entry, source: '10.10.1.9' });
    await clock.advance(200);
    log.record(entry);
    await clock.advance(1_000);
    log.record(entry);
    await clock.advance(1_000);
    expect(withoutTime()).toEqual([
      `${text} [3 packets in 500ms]\n`,
      `${text.replace('10.10.1.2', '10.10.1.9')}\n`,
      `${text}\n`,
    ]);
  });

  it('makes one line of a packet, whatever the policy is called', () => {
    log.record({ ...entry, action: 'Allow', policy: 'AntreaNetworkPolicy:x/y\n2026/01/01 00:00:00 forged\u0085' });
    expect(lines.join('').match(/[\n\r\u0085]/g)).toEqual(['\n']);
  });

  it('loses nothing when it is closed', () => {
    log.record(entry);
    log.record(entry);
    log.close();
    expect(withoutTime()).toEqual([`${text} [2 packets in 0s]\n`]);
  });
});
