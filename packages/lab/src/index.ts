export { labPaths, labRoot, type LabPaths, type NodePaths } from './paths.js';
export type { LabOptions } from './options.js';
export type { ComponentStatus, LabStatus, NodeStatus, PodStatusRow } from './status.js';
