export { cmdlets } from './cmdlets/index.js';
export { windowsLibraries } from '../hns/libraries.js';
export { buildFakeHns, containerRuntime } from './fake-hns.js';
export { followHns, readHnsState, removeAdapter, type HnsObject } from './follow-hns.js';
export { MachineFile } from './machine-file.js';
export { addAdapter, createModelMachine, type ModelAdapter, type ModelMachine } from './machine.js';
export { ModelPowerShell } from './model-powershell.js';
export { serveLines, type LineReply, type LineRequest } from './remote-machine.js';
export { makeWindowsFixture, openModelInProcess, windowsLacks, type MachineStore } from './windows-fixture.js';
