/**
 * Runs in node.exe inside a Windows Node: serves Open vSwitch's named pipes, and does what the kubelet of the Node asks of
 * Windows.
 *
 *   guest-main.js SETUP     a `GuestSetup` as JSON
 */
import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { containerRuntime, windowsLibraries } from '@antrea-ts/host-windows/testing';
import type { GuestCall, GuestReply, GuestRequest, GuestSetup, PluginResult } from './guest-protocol.js';

const { controlPort, pipes } = JSON.parse(process.argv[2] ?? '') as GuestSetup;
const containers = containerRuntime(windowsLibraries);

for (const [pipe, port] of Object.entries(pipes)) {
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) {
      each.on('error', () => {});
      each.on('close', () => (client.destroy(), upstream.destroy()));
    }
  });
  server.listen(pipe);
}

const control = connect(controlPort, '127.0.0.1');
control.on('close', () => process.exit());
control.on('error', () => process.exit(1));
for await (const line of createInterface({ input: control })) void answer(JSON.parse(line) as GuestCall);

async function answer({ call, request }: GuestCall): Promise<void> {
  const reply = await serve(request).then(
    (value): GuestReply => ({ call, value: value ?? null }),
    (error: unknown): GuestReply => ({ call, error: String(error) }),
  );
  control.write(`${JSON.stringify(reply)}\n`);
}

async function serve(request: GuestRequest): Promise<unknown> {
  switch (request.verb) {
    case 'create-namespace':
      return containers.createNamespace(request.id);
    case 'delete-namespace':
      return containers.deleteNamespace(request.id);
    case 'run-plugin':
      return runPlugin(request);
    case 'has-pipe':
      return hasPipe(request.pipe);
  }
}

function runPlugin({ file, env, input }: Extract<GuestRequest, { verb: 'run-plugin' }>): Promise<PluginResult> {
  return new Promise((resolve) => {
    const child = execFile(file, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 255 : 0, stdout, stderr }),
    );
    child.stdin?.on('error', () => {}).end(input);
  });
}

function hasPipe(pipe: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(pipe);
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
