import { createServer as createHttpsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';

/** HTTPS on connections that others accept. */
export interface TlsServer {
  /** Takes the connections of a server, as they come. */
  acceptFrom(source: NetServer): void;
  /** Ends every connection: watches would last, and idle ones too. */
  closeConnections(): void;
}

/** A TLS server that asks for client certificates of our authority but takes tokens as well. */
export function createTlsServer(
  tls: { readonly cert: string; readonly key: string; readonly ca: string },
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): TlsServer {
  const server = createHttpsServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
    onRequest,
  );
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  // It does not listen itself, and Node only knows the connections of servers that do.
  const sockets = new Set<Socket>();
  return {
    acceptFrom(source) {
      source.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        server.emit('connection', socket);
      });
    },
    closeConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
