#!/usr/bin/env node
import { createLinuxHost } from '@antrea-ts/host-linux';
import { main } from './main.js';

await main({ name: 'linux', createHost: ({ logger }) => createLinuxHost({ logger }) });
