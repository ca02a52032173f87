// The log endpoint of a kubelet that is played, as an apiserver asks it: by time stamp, and
// followed until the container has ended. It knows pods by their names, and nothing else of them.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from './certificates.ts';
import type { PlayedPod } from './played-pod.ts';

export interface LogServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startLogServer(
  address: string,
  { certificate, key }: KeyPair,
  pods: () => Iterable<PlayedPod>,
): Promise<LogServer> {
  const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
  const server = createServer(pair, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
    const [, kind, namespace, name, container] = pathname.split('/');
    const pod = [...pods()].find(
      ({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
    );
    if (kind === 'containerLogs' && pod !== undefined)
      void sendLog(response, pod, container ?? '', searchParams);
    else response.writeHead(404).end(`pod ${namespace}/${name} not found`);
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function sendLog(
  response: ServerResponse,
  pod: PlayedPod,
  container: string,
  query: URLSearchParams,
): Promise<void> {
  const stamps = query.get('timestamps') === 'true';
  const since = query.get('sinceTime') ?? '';
  const follow = query.get('follow') === 'true';
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  for (let sent = 0; ;) {
    const changed = once(pod, 'change');
    const { lines, goesOn } = pod.logOf(container);
    for (const { stamp, text } of lines.slice(sent))
      if (stamp >= since) response.write(`${stamps ? `${stamp} ` : ''}${text}\n`);
    sent = lines.length;
    if (!follow || !goesOn || response.destroyed) break;
    await changed;
  }
  response.end();
}
