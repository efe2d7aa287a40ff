// Stands in for the agent in tests of the lab: listens where the CNI plugin would look for it, and does nothing more.
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

const socket = '/var/run/antrea/cni.sock';
rmSync(socket, { force: true });
createServer().listen(socket, () => console.log(`agent of ${process.env.NODE_NAME} listens`));
