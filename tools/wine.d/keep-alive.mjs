// Wine refuses keep-alive for a socket that is not connected yet, which Windows takes: it waits for the connection here.
import { Socket } from 'node:net';

const setKeepAlive = Object.getOwnPropertyDescriptor(Socket.prototype, 'setKeepAlive').value;
Socket.prototype.setKeepAlive = function (...args) {
  if (this.connecting) this.once('connect', () => setKeepAlive.apply(this, args));
  else setKeepAlive.apply(this, args);
  return this;
};
