#!/usr/bin/env node
import { win32 } from 'node:path';
import { createWindowsHost } from '@antrea-ts/host-windows';
import { main } from './main.js';

await main({
  name: 'windows',
  createHost: ({ logger, runDir }) => createWindowsHost({ logger, settingsFile: win32.join(runDir, 'uplink.json') }),
});
