// Stands in for the controller in tests of the lab: says that it is ready where the lab asks, and does nothing more.
import { createServer } from 'node:https';
import { createAuthority } from '@antrea-ts/runtime';

const authority = await createAuthority('stand-in');
createServer(await authority.server('antrea', ['antrea']), (_, answer) => answer.end('ok')).listen(10349);
