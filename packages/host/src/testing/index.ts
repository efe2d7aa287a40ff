export { createMemoryHost, type MemoryHost } from './memory-host.js';
export {
  addMemoryForeignPod,
  addMemoryInterface,
  createMemoryMachine,
  type MemoryForeignPod,
  type MemoryMachine,
  type MemoryPodInterface,
} from './memory-machine.js';
export type { Faults, HostOperation } from './faults.js';
export { hostContract, type HostContractOptions } from './contract/host-contract.js';
export type {
  ContractExpectation,
  ContractRunner,
  FixtureNetns,
  HostFixture,
  OptionalFeature,
} from './contract/fixture.js';
