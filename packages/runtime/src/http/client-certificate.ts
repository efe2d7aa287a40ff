import type { IncomingMessage } from 'node:http';
import { TLSSocket, type DetailedPeerCertificate } from 'node:tls';
import type { ClientCertificate } from './http-types.js';

/** A connection keeps its certificate, and reading one takes longer than many a request. */
const known = new WeakMap<TLSSocket, ClientCertificate>();

/** The certificate that the client showed, if one of the server's authorities vouches for it. */
export function clientCertificateOf({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const before = known.get(socket);
  if (before !== undefined) return before;
  const leaf: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  if (leaf?.subject === undefined) return undefined;
  const { CN, O } = leaf.subject as { readonly CN?: string | string[]; readonly O?: string | string[] };
  const certificate: ClientCertificate = {
    commonName: [CN ?? []].flat()[0] ?? '',
    organizations: [O ?? []].flat(),
    authorities: authoritiesOf(leaf as DetailedPeerCertificate),
  };
  known.set(socket, certificate);
  return certificate;
}

function authoritiesOf(leaf: DetailedPeerCertificate): ReadonlySet<string> {
  const fingerprints = new Set<string>();
  let issuer: DetailedPeerCertificate | undefined = leaf.issuerCertificate;
  // A root is its own issuer.
  while (issuer?.fingerprint256 !== undefined && !fingerprints.has(issuer.fingerprint256)) {
    fingerprints.add(issuer.fingerprint256);
    issuer = issuer.issuerCertificate;
  }
  return fingerprints;
}
