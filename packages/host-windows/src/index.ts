export { createWindowsHost, type WindowsHostOptions } from './windows-host.js';
export { names, routeMetric, hostAdapterName } from './names.js';
export { PowerShellSession, type SessionOptions } from './powershell/session.js';
