import type { ControllerConfig } from './keys.js';

/** What the controller was told to do. */
export interface ControllerOptions extends ControllerConfig {
  /** Directories of 1.3. */
  readonly directories: { readonly selfSigned: string; readonly provided: string };
}

export function controllerOptions(config: ControllerConfig): ControllerOptions {
  const root = '/var/run/antrea';
  return {
    ...config,
    directories: {
      selfSigned: `${root}/antrea-controller-self-signed`,
      provided: `${root}/antrea-controller-tls`,
    },
  };
}
