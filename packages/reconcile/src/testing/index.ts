export { FakeClock } from './fake-clock.js';
export { createMemoryDriver, type MemoryDriver } from './memory-driver.js';
