import { main, windowsPlatform } from '@antrea-ts/agent/windows';

// The Windows agent as it is, but for this: the switch of a lab's Node is Open vSwitch for Linux, which has both datapaths.
await main({ ...windowsPlatform, datapathTypes: ['system', 'netdev'] });
