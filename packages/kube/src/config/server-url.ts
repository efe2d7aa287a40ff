import { KubeError } from '../errors.js';

/**
 * The address of an API server from a URL, `host:port` or a host (as the key `kubeAPIServerOverride` takes them);
 * HTTPS unless the URL says otherwise. Throws `bad-config`.
 */
export function serverUrl(address: string): string {
  const text = address.includes('://') ? address : `https://${bracketed(address)}`;
  if (!URL.canParse(text))
    throw new KubeError('bad-config', `API server address ${address}: not a URL, host or host:port`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new KubeError('bad-config', `API server address ${address}: only http and https are supported`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** A bare IPv6 address needs brackets to be a host. */
function bracketed(address: string): string {
  return !address.startsWith('[') && address.split(':').length > 2 ? `[${address}]` : address;
}
