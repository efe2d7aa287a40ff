import { win32 } from 'node:path';
import { createWindowsHost, names } from '@antrea-ts/host-windows';
import type { Platform } from './main.js';

export { main } from './main.js';

/** A Windows Node, whose Open vSwitch has one datapath. */
export const windowsPlatform: Platform = {
  name: 'windows',
  createHost: ({ logger, runDir }) =>
    createWindowsHost({ logger, settingsFile: win32.join(runDir, names.uplinkSettings) }),
};
