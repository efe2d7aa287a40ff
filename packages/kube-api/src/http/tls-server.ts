import { createServer as createHttpsServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';

/** A TLS server that asks for client certificates of our authority but takes tokens as well. */
export function createTlsServer(
  tls: { readonly cert: string; readonly key: string; readonly ca: string },
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createHttpsServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
    onRequest,
  );
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  return server;
}

/** Hands connections that another server accepted to the TLS server. */
export function acceptFrom(tlsServer: Server, source: NetServer): void {
  source.on('connection', (socket) => tlsServer.emit('connection', socket));
}
