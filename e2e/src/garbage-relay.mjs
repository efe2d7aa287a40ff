// Runs in a Node, between its agent and the API: garbage-relay.mjs KUBECONFIG PORT MODE-FILE.
// Passes everything on under the agent's credentials, unless the file says `garbage`: then each request is answered in another way that no API server should.
import { Agent, request } from 'node:https';
import { createServer } from 'node:http';
import { readFileSync, watchFile } from 'node:fs';
import { parse } from 'yaml';

const [file = '', port = '', modeFile = ''] = process.argv.slice(2);
const { clusters, users } = parse(readFileSync(file, 'utf8'));
const pem = (text) => Buffer.from(text, 'base64');
const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
const agent = new Agent({ ca: pem(ca), cert: pem(cert), key: pem(key), keepAlive: true });
const open = new Set();
const mode = () => readFileSync(modeFile, 'utf8').trim();

const json = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
};
const garbage = {
  html: (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Please sign in</body></html>');
  },
  truncated: (_, response) =>
    json(
      response,
      200,
      '{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"no',
    ),
  'wrong kind': (_, response) => json(response, 200, { kind: 'Potato', apiVersion: 'v1', metadata: {}, items: 'many' }),
  'null items': (_, response) =>
    json(response, 200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '9' }, items: [null, 7, {}] }),
  500: (_, response) =>
    json(response, 500, { kind: 'Status', status: 'Failure', message: 'etcdserver: no leader', code: 500 }),
  endless: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"kind":"List","items":[');
    const part = `${JSON.stringify({ metadata: { name: 'x'.repeat(60_000) } })},`;
    const more = () => {
      while (!response.destroyed && response.write(part));
    };
    response.on('drain', more);
    more();
  },
  silent: () => {},
};

function pass(asked, response) {
  const { host: _, ...headers } = asked.headers;
  const onward = request(new URL(asked.url, server), { method: asked.method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  asked.pipe(onward);
}

const ways = Object.values(garbage);
let next = 0;
const relay = createServer((asked, response) =>
  mode() === 'garbage' ? ways[next++ % ways.length](asked, response) : pass(asked, response),
);
relay.on('connection', (socket) => {
  open.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
});
// Watches that go on would never see another answer.
watchFile(modeFile, { interval: 100 }, () => open.forEach((socket) => socket.destroy()));
relay.listen(Number(port), '127.0.0.1', () => console.log('listening'));
