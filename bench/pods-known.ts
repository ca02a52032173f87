// Lists the pods of an API server on a port of this machine, keeps them known, and prints what that
// took as JSON. Run by a benchmark with --expose-gc: `pods-known.ts PORT`.

import type { Pod } from 'kubernetes-types/core/v1.js';
import { standing } from '../src/engine/kubernetes/cluster-access.ts';
import { ClusterConnection } from '../src/engine/kubernetes/cluster-connection.ts';
import { KindWatch } from '../src/engine/kubernetes/kind-watch.ts';
import { knownPod, type KnownPod } from '../src/engine/kubernetes/known-pod.ts';
import { systemClock } from '../src/server/system-ports.ts';

export interface Known {
  readonly pods: number;
  readonly seconds: number;
  readonly heapMib: number;
  readonly residentMib: number;
}

const [port] = process.argv.slice(2);
if (port === undefined || globalThis.gc === undefined)
  throw new Error('usage: node --expose-gc pods-known.ts PORT');

const connection = new ClusterConnection({
  access: {
    title: 'bench',
    server: new URL(`http://127.0.0.1:${port}`),
    namespace: 'jobs',
    trust: {},
    impersonation: {},
    credentials: standing({}),
  },
  clock: systemClock,
});
globalThis.gc();
const before = process.memoryUsage();
const began = performance.now();
const watch = new KindWatch<Pod, KnownPod>({
  connection,
  clock: systemClock,
  path: '/api/v1/namespaces/jobs/pods',
  keep: knownPod,
  onChange: () => undefined,
  onFault: (error) => {
    throw error;
  },
});
await watch.open();
const seconds = (performance.now() - began) / 1000;
const resident = process.memoryUsage().rss;
globalThis.gc();
const known: Known = {
  pods: watch.size,
  seconds,
  heapMib: (process.memoryUsage().heapUsed - before.heapUsed) / 2 ** 20,
  residentMib: (resident - before.rss) / 2 ** 20,
};
console.log(JSON.stringify(known));
watch.close();
connection.close();
