import { request } from 'node:http';

/** Sends the agent what the plugin would send, without a process; throws when the agent refuses. */
export function postCall(socket: string, environment: Readonly<Record<string, string>>, input: string): Promise<void> {
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
  const body = Buffer.from(`${entries.join('')}\0${input}`);
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const sent = request({ socketPath: socket, path: '/cni', method: 'POST', headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (text: string) => (answer += text));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the agent answered ${response.statusCode}: ${answer}`));
      });
    });
    sent.end(body);
  });
}
