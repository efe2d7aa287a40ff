import { join } from 'node:path';
import { connectOpenFlow, connectOvsdb, type OpenFlowConnection, type OvsdbClient } from '@antrea-ts/ovs';
import { startPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';

export const bridgeName = 'br-int';

/** An Open vSwitch with one empty bridge, and our two connections to it. */
export interface Bridge {
  readonly ovs: PrivateOvs;
  readonly openflow: OpenFlowConnection;
  readonly database: OvsdbClient;
  /** A file of the run directory, which is removed in the end. */
  readonly file: (name: string) => string;
}

/** Starts a private Open vSwitch for as long as `use` takes. */
export async function withBridge<T>(
  use: (bridge: Bridge) => Promise<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<T> {
  const ovs = await startPrivateOvs();
  try {
    await ovs.vsctl(
      'add-br',
      bridgeName,
      '--',
      'set',
      'bridge',
      bridgeName,
      'protocols=OpenFlow13',
      'fail_mode=secure',
    );
    const database = await connectOvsdb({ path: ovs.dbSocket, signal });
    const openflow = await connectOpenFlow({ path: ovs.mgmtSocket(bridgeName), requestTimeoutMs: 60_000, signal });
    try {
      return await use({ ovs, openflow, database, file: (name) => join(ovs.runDir, name) });
    } finally {
      await Promise.all([openflow.close(), database.close()]);
    }
  } finally {
    await ovs.stop();
  }
}
