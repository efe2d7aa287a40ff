#!/usr/bin/env node
import { createLinuxHost } from '@antrea-ts/host-linux';
import { main } from './main.js';

/** Every Pod changes several links and routes; what they change is looked at together, in milliseconds. */
const changeDebounce = 500;

await main({ name: 'linux', createHost: ({ logger }) => createLinuxHost({ logger, changeDebounce }) });
