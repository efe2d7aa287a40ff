import type { Lab } from './lab.js';

/** Runs in a Pod: puts frames, each in hexadecimal, on the wire as they are. */
const sendProgram = `
import { readFileSync } from 'node:fs';
import { openLibrary } from '@antrea-ts/ffi';
const { call } = openLibrary(null, {
  socket: { returns: 'int32', arguments: ['int32', 'int32', 'int32'] },
  bind: { returns: 'int32', arguments: ['int32', 'buffer', 'uint32'] },
  send: { returns: 'ssize', arguments: ['int32', 'buffer', 'size', 'int32'] },
});
const [packetFamily, rawType] = [17, 3];
const address = new DataView(new ArrayBuffer(20));
address.setUint16(0, packetFamily, true);
address.setInt32(4, Number(readFileSync('/sys/class/net/eth0/ifindex', 'utf8')), true);
const socket = call.socket(packetFamily, rawType, 0);
if (call.bind(socket, new Uint8Array(address.buffer), 20) !== 0) throw new Error('cannot bind a packet socket');
for (const text of process.argv.slice(1)) {
  const frame = Buffer.from(text, 'hex');
  if (call.send(socket, frame, frame.length, 0) !== frame.length) throw new Error('not sent: ' + text);
}`;

/** Sends frames from a Pod, whatever its addresses are. */
export async function sendFrames(lab: Lab, pod: string, frames: readonly Uint8Array[]): Promise<void> {
  const texts = frames.map((frame) => Buffer.from(frame).toString('hex'));
  await lab.ok(['exec', pod, '--', 'node', '--input-type=module', '-e', sendProgram, ...texts]);
}

/** What arrives on an interface from now on. */
export interface Capture {
  /** Whether some frame had these bytes in it. */
  has(bytes: Uint8Array): boolean;
  stop(): Promise<void>;
}

/** Listens on an interface of a Pod (`exec`, its name) or a Node (`node`, its name); resolves when it does. */
export function capture(lab: Lab, where: readonly ['exec' | 'node', string], interfaceName: string): Promise<Capture> {
  // Ends with its input, however the test ends.
  const command = `tcpdump -i ${interfaceName} -Q in -n -xx -l --immediate-mode & read _; kill $!; wait`;
  const child = lab.spawn([...where, '--', 'sh', '-c', command]);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const has = (bytes: Uint8Array): boolean => hexOf(output).includes(Buffer.from(bytes).toString('hex'));
  const stop = (): Promise<void> => {
    child.stdin.end();
    return ended;
  };
  return new Promise((resolve, reject) => {
    let complaints = '';
    child.stderr.on('data', (data: Buffer) => {
      complaints += data.toString();
      if (complaints.includes('listening on')) resolve({ has, stop });
    });
    child.on('close', () => reject(new Error(`tcpdump on ${interfaceName} ended: ${complaints}`)));
  });
}

/** The bytes of what `tcpdump -xx` printed, one frame after the other. */
function hexOf(output: string): string {
  const dumped = [...output.matchAll(/^\s+0x[0-9a-f]+: +([0-9a-f ]+)$/gm)];
  return dumped.map(([, bytes = '']) => bytes.replaceAll(' ', '')).join('');
}
