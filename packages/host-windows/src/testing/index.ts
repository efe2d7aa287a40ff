export { cmdlets } from './cmdlets/index.js';
export { buildFakeHns, containerRuntime } from './fake-hns.js';
export { MachineFile } from './machine-file.js';
export { addAdapter, createModelMachine, type ModelMachine } from './machine.js';
export { makeWindowsFixture, openModelInProcess, windowsLacks, type MachineStore } from './windows-fixture.js';
