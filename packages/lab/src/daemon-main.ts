/**
 * The lab's daemon: brings the lab up and keeps its API, kubelets and outside servers until it is killed.
 * Arguments: root directory, lab name. `ANTREA_LAB` is set by who starts it, for everything below it to inherit.
 */
import { readFileSync } from 'node:fs';
import { createLogger, errorMessage } from '@antrea-ts/runtime';
import { serveControl } from './control/control-server.js';
import { createDaemon } from './daemon.js';
import type { LabOptions } from './options.js';
import { labPaths } from './paths.js';

const [root, name] = process.argv.slice(2);
if (root === undefined || name === undefined) throw new Error('usage: daemon-main ROOT NAME');

const paths = labPaths(root, name);
const log = await createLogger();
const options = JSON.parse(readFileSync(paths.options, 'utf8')) as LabOptions;
const daemon = createDaemon({ options, paths, log });

// One Pod's trouble must not end the lab: say it, and go on.
process.on('unhandledRejection', (error) => log.error('Unhandled rejection', { error: errorMessage(error) }));
process.once('SIGTERM', () => process.exit(0));

await serveControl(paths.controlSocket, (request, progress) => daemon.handle(request, progress));
daemon.start();
