// Runs in a Node, in the place of its container runtime: a small process there starts plugins directly, so that
// neither entering namespaces nor the size of the benchmark's own process is in the figures.
import { text } from 'node:stream/consumers';
import { callProgram, inBatches, type ProgramCall } from './program-call.js';

export interface CallsRequest {
  readonly calls: readonly ProgramCall[];
  readonly atOnce: number;
}

const { calls, atOnce } = JSON.parse(await text(process.stdin)) as CallsRequest;
// The first process that Node.js starts takes longer than the others.
await callProgram({ file: '/bin/true', env: {}, input: '' });
process.stdout.write(JSON.stringify(await inBatches(calls, atOnce, callProgram)));
