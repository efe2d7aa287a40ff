/** Runs in node.exe under Wine: counts native calls by the second, and prints `FfiCallsAnswer`. */
import { openLibrary } from '@antrea-ts/ffi';
import { windowsLibraries } from '@antrea-ts/host-windows/testing';
import type { FfiCallsAnswer } from './ffi-calls.js';

const rounds = 7;
const kernel = openLibrary('kernel32.dll', { GetCurrentProcessId: { returns: 'uint32', arguments: [] } });
const service = openLibrary(windowsLibraries.computeService, {
  HNSCall: { returns: 'int32', arguments: ['wideString', 'wideString', 'wideString', 'buffer'] },
});

async function perSecond(calls: number, call: () => unknown): Promise<number> {
  const begun = performance.now();
  for (let made = 0; made < calls; made += 1) await call();
  return calls / ((performance.now() - begun) / 1_000);
}

const answer: FfiCallsAnswer = { plain: [], hns: [] };
for (let round = 0; round < rounds; round += 1) {
  const begun = performance.now();
  for (let made = 0; made < 100_000; made += 1) kernel.call.GetCurrentProcessId();
  answer.plain.push(100_000 / ((performance.now() - begun) / 1_000));
  answer.hns.push(await perSecond(200, () => service.background.HNSCall('GET', '/networks/', '', new Uint8Array(8))));
}
process.stdout.write(JSON.stringify(answer));
