import { controllerPort } from '@antrea-ts/apis';
import { urlHost, type AddressPlan } from './addresses.js';

/** Where the API listens on the underlay's router. */
export const apiPort = 6443;

/** The API's address for whatever is on the underlay. */
export function apiUrl(plan: AddressPlan): string {
  return `https://${urlHost(plan.families[0]!.underlayRouter)}:${apiPort}`;
}

/** What tells an agent where the controller is, as Kubernetes tells it to a Pod. */
export function controllerEnvironment(plan: AddressPlan): Record<string, string> {
  return {
    ANTREA_SERVICE_HOST: plan.families[0]!.controller,
    ANTREA_SERVICE_PORT: String(controllerPort),
    POD_NAMESPACE: 'kube-system',
  };
}
