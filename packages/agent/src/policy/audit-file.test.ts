import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auditFile } from './audit-file.js';
import { AuditLog } from './audit-log.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-file-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('rotates under a flood of packets, without losing a line', async () => {
  const clock = new FakeClock();
  const path = join(directory, 'networkpolicy', 'np.log');
  const limits = { maxSize: 2_000, maxFiles: 1_000, maxAgeMs: 3_600_000 };
  const file = auditFile({ path, logger: memoryLogger(), limits });
  const audit = new AuditLog({ clock, write: file.write });
  const rule = { table: 'AntreaPolicyIngressRule', policy: 'AntreaNetworkPolicy:default/deny', priority: 14_500 };
  for (let index = 0; index < 300; index += 1) {
    const source = `10.10.1.${index % 100}`;
    audit.record({ ...rule, action: 'Drop', source, destination: '10.10.1.3', length: 60, protocol: 'TCP' });
  }
  await clock.advance(1_000);
  // 100 kinds, three packets of each; some 19 lines fill a file.
  const files = readdirSync(join(directory, 'networkpolicy'));
  expect(files.length).toBeGreaterThan(5);
  file.close();
  expect(readFileSync(path, 'utf8')).toContain('SRC: 10.10.1.99 DEST: 10.10.1.3 60 TCP [3 packets in 0s]\n');
});

it('says once that lines are lost, and goes on when they are not', () => {
  const logger = memoryLogger();
  const parent = join(directory, 'networkpolicy');
  writeFileSync(parent, 'in the way');
  const { write, close } = auditFile({ path: join(parent, 'np.log'), logger });
  write('one\n');
  write('two\n');
  expect(logger.messages('error')).toEqual(['Cannot write the audit log of policies: lines are lost']);
  rmSync(parent);
  mkdirSync(parent);
  write('three\n');
  expect(readFileSync(join(parent, 'np.log'), 'utf8')).toBe('three\n');
  close();
});
