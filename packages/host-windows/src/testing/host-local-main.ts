#!/usr/bin/env node
/**
 * `host-local` of a machine that is a model: hands out addresses of the first range, as the plugin does, and keeps them in
 * the file that `MODEL_ADDRESSES` names. The real one is a program for Windows that would have to be compiled.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseCidr } from '@antrea-ts/net-types';

interface Config {
  readonly ipam: { readonly ranges: readonly [readonly [{ readonly subnet: string; readonly gateway: string }]] };
}

const { MODEL_ADDRESSES: file = '', CNI_COMMAND: command, CNI_CONTAINERID: container = '' } = process.env;
const taken = new Map<string, string>(
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) : [],
);
const [[{ subnet, gateway }]] = (JSON.parse(readFileSync(0, 'utf8')) as Config).ipam.ranges;

if (command === 'ADD') {
  const { prefixLength } = parseCidr(subnet);
  const prefix = gateway.split('.').slice(0, 3).join('.');
  const used = new Set(taken.values());
  const free = Array.from({ length: 253 }, (_, at) => `${prefix}.${at + 2}`).find((address) => !used.has(address));
  if (free === undefined) throw new Error('no IP addresses available');
  taken.set(container, free);
  process.stdout.write(
    JSON.stringify({ cniVersion: '0.4.0', ips: [{ version: '4', address: `${free}/${prefixLength}`, gateway }] }),
  );
} else if (command === 'DEL') {
  taken.delete(container);
}
writeFileSync(file, JSON.stringify([...taken]));
