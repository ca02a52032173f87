// The names of services in a cluster of a test's own, for its pods: a small server of the rules
// that clusters have for them (a service's name is its address; without an address, those of its
// pods, and a pod's host name before it is the pod's). It asks the apiserver each time, remembers
// nothing, and knows no other names.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { KubernetesApi } from './kubernetes-api.ts';

interface Service {
  readonly spec: { readonly clusterIP: string };
}

interface EndpointSlices {
  readonly items: readonly {
    readonly addressType: string;
    readonly endpoints?: readonly {
      readonly addresses: readonly string[];
      readonly hostname?: string;
    }[];
  }[];
}

export const clusterDomain = 'cluster.local';
const port = 53;
const typeA = 1;
const notThere = 3;
/** Answers are of now: a client may not keep them. */
const secondsToLive = 0;

export class ClusterDns {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async start(address: string, api: KubernetesApi): Promise<ClusterDns> {
    const socket = createSocket('udp4');
    socket.on('message', (query, { address: to, port: toPort }) => {
      const question = questionIn(query);
      void addressesOf(api, question.name)
        // While the apiserver is away there is no answer, and the client asks again.
        .then((found) => socket.send(answerTo(query, question, found), toPort, to))
        .catch(() => undefined);
    });
    socket.bind(port, address);
    await once(socket, 'listening');
    return new ClusterDns(socket);
  }

  async stop(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** Undefined: there is no such name. */
async function addressesOf(api: KubernetesApi, name: string): Promise<string[] | undefined> {
  const suffix = `.svc.${clusterDomain}`;
  if (!name.endsWith(suffix)) return undefined;
  const [namespace = '', service = '', host, ...more] = name
    .slice(0, -suffix.length)
    .split('.')
    .toReversed();
  if (service === '' || more.length > 0) return undefined;
  const found = await api.find<Service>(`/api/v1/namespaces/${namespace}/services/${service}`);
  if (found === undefined) return undefined;
  const { clusterIP } = found.spec;
  if (clusterIP !== 'None') return host === undefined ? [clusterIP] : undefined;
  const { items } = await api.get<EndpointSlices>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    { labelSelector: `kubernetes.io/service-name=${service}` },
  );
  const addresses = items
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ hostname }) => host === undefined || hostname === host)
    .flatMap((endpoint) => endpoint.addresses);
  return addresses.length === 0 ? undefined : addresses;
}

interface Question {
  /** In lower case, without a dot at its end. */
  readonly name: string;
  readonly type: number;
  /** Where it ends in the query. */
  readonly end: number;
}

const headerBytes = 12;

function questionIn(query: Buffer): Question {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const typeAt = at + 1;
  const type = typeAt + 4 <= query.length ? query.readUInt16BE(typeAt) : 0;
  return { name: labels.join('.').toLowerCase(), type, end: Math.min(typeAt + 4, query.length) };
}

function answerTo(query: Buffer, { type, end }: Question, found: string[] | undefined): Buffer {
  const addresses = type === typeA ? (found ?? []) : [];
  const head = Buffer.from(query.subarray(0, end));
  // An answer, of an authority, that would also ask others; and how it went.
  head[2] = 0x84 | ((query[2] ?? 0) & 0x01);
  head[3] = 0x80 | (found === undefined ? notThere : 0);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    // The name is the question's.
    record.writeUInt16BE(0xc000 | headerBytes, 0);
    record.writeUInt16BE(typeA, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(secondsToLive, 6);
    record.writeUInt16BE(4, 10);
    record.set(address.split('.').map(Number), 12);
    return record;
  });
  return Buffer.concat([head, ...records]);
}
