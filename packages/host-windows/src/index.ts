export { createWindowsHost, type WindowsHostOptions } from './windows-host.js';
export { names, routeMetric, hostAdapterName } from './names.js';
