import './platform.js';
export type * from './driver.js';
export { ReconcileLoop, type Clock, type PassReason, type ReconcileLoopOptions } from './loop.js';
export { isEmptyPlan, planDiff, planSize } from './plan.js';
