import { readdirSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** Where on its way from the agent to the switch a bundle ends; `part` of a message's bytes still arrive. */
export type CutPoint =
  | { readonly at: 'open' | 'commit'; readonly part: number }
  /** At the `nth` message in the bundle, counted from 1. */
  | { readonly at: 'add'; readonly nth: number; readonly part: number }
  /** The switch has committed; its answer does not arrive. */
  | { readonly at: 'reply' };

type BundleStep = 'open' | 'add' | 'commit' | 'reply' | undefined;

const header = 8;
const typeExperimenter = 4;
const typeFlowMod = 14;
const onf = 0x4f4e4600;
const bundleControl = 2300;
const bundleAdd = 2301;
const controlSteps: Readonly<Record<number, BundleStep>> = { 0: 'open', 4: 'commit', 5: 'reply' };

/**
 * Stands between an agent and its switch. For the switch, an agent whose relay is cut is one that was killed at that
 * byte: its connections to bridge and database are gone, and nothing of it comes any more.
 */
export class OpenFlowRelay {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #cutAt: CutPoint | undefined;
  #isCut = false;
  #adds = 0;
  #reached: (() => void) | undefined;
  /** Flow-mods that passed, in bundles and alone. */
  flowMods = 0;

  /** Offers in `directory` what is in the run directory of an Open vSwitch, with the sockets of the agent in between. */
  static async open({ runDir, directory }: { runDir: string; directory: string }): Promise<OpenFlowRelay> {
    const relay = new OpenFlowRelay();
    for (const name of readdirSync(runDir)) {
      if (name !== 'db.sock' && name !== 'br-int.mgmt') symlinkSync(join(runDir, name), join(directory, name));
    }
    await relay.#listen(join(directory, 'db.sock'), join(runDir, 'db.sock'), false);
    await relay.#listen(join(directory, 'br-int.mgmt'), join(runDir, 'br-int.mgmt'), true);
    return relay;
  }

  /** Cuts every connection when a bundle comes to `point`, and lets nobody in any more; resolves when it did. */
  cutAt(point: CutPoint): Promise<void> {
    this.#cutAt = point;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  close(): void {
    this.#isCut = true;
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(path: string, target: string, isOpenFlow: boolean): Promise<void> {
    const server = createServer((agent) => {
      if (this.#isCut) return void agent.destroy();
      const ovs = connect(target);
      for (const socket of [agent, ovs]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          agent.destroy();
          ovs.destroy();
        });
      }
      this.#pass(agent, ovs, isOpenFlow);
      this.#pass(ovs, agent, isOpenFlow);
    });
    this.#servers.push(server);
    return new Promise((resolve) => server.listen(path, resolve));
  }

  #pass(from: Socket, to: Socket, isOpenFlow: boolean): void {
    let buffered = Buffer.alloc(0);
    from.on('data', (data) => {
      if (this.#isCut) return;
      if (!isOpenFlow) return void to.write(data);
      buffered = Buffer.concat([buffered, data]);
      while (!this.#isCut && buffered.length >= header && buffered.length >= buffered.readUInt16BE(2)) {
        const message = buffered.subarray(0, buffered.readUInt16BE(2));
        buffered = buffered.subarray(message.length);
        this.#passMessage(message, to);
      }
    });
  }

  #passMessage(message: Buffer, to: Socket): void {
    const step = bundleStep(message);
    this.#adds = step === 'open' ? 0 : this.#adds + Number(step === 'add');
    const part = this.#partAt(step);
    if (part !== undefined) return this.#cut(to, message.subarray(0, Math.floor(message.length * part)));
    if (flowModIn(message)) this.flowMods += 1;
    to.write(message);
  }

  /** How much of a message still passes, where this is the point. */
  #partAt(step: BundleStep): number | undefined {
    const point = this.#cutAt;
    if (point === undefined || step !== point.at) return undefined;
    if (point.at === 'reply') return 0;
    if (point.at === 'add' && point.nth !== this.#adds) return undefined;
    return point.part;
  }

  #cut(to: Socket, rest: Buffer): void {
    this.#isCut = true;
    to.write(rest, () => {
      this.close();
      this.#reached?.();
    });
  }
}

function bundleStep(message: Buffer): BundleStep {
  if (message[1] !== typeExperimenter || message.length < 24 || message.readUInt32BE(8) !== onf) return undefined;
  const kind = message.readUInt32BE(12);
  if (kind === bundleAdd) return 'add';
  return kind === bundleControl ? controlSteps[message.readUInt16BE(20)] : undefined;
}

function flowModIn(message: Buffer): boolean {
  // A message in a bundle comes after the bundle's number and flags.
  return message[1] === typeFlowMod || (bundleStep(message) === 'add' && message[25] === typeFlowMod);
}
