export type * from './host.js';
export type * from './pod.js';
