import './platform.js';
export type * from './driver.js';
export { isEmptyPlan, planDiff, planSize } from './plan.js';
