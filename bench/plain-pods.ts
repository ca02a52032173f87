// The plain loop that the server is measured against: it makes pods, sees them end, and deletes
// them, and knows nothing of jobs. In a process of its own, as the server is. It prints how many a
// second those were.
//
//     node bench/plain-pods.ts '{"access": …, "template": …, "count": 1000, "atOnce": 256}'

import type { Access } from '../test/kubernetes/kubeconfig.ts';
import { KubernetesApi, type KubernetesObject } from '../test/kubernetes/kubernetes-api.ts';

export interface PlainPods {
  readonly access: Access;
  readonly namespace: string;
  /** What is sent for each of them, but for its name. */
  readonly template: {
    readonly metadata: {
      readonly finalizers?: readonly string[];
      readonly labels: object;
      readonly annotations: object;
    };
    readonly spec: unknown;
  };
  readonly count: number;
  /** How many have begun and not ended. */
  readonly atOnce: number;
}

interface PodEvent {
  readonly type: string;
  readonly object: KubernetesObject & { readonly status: { readonly phase: string } };
}

const mark = `plain-${process.pid}`;
const { access, namespace, template, count, atOnce } = JSON.parse(
  process.argv[2] ?? '',
) as PlainPods;
const { finalizers } = template.metadata;
const labels = { ...template.metadata.labels, 'longshore.dev/server': mark };
const api = new KubernetesApi(access);
const path = `/api/v1/namespaces/${namespace}/pods`;
const labelSelector = `longshore.dev/server=${mark}`;
const ended = new Map<string, () => void>();
const done = new AbortController();

async function watch(resourceVersion: string): Promise<void> {
  const query = { watch: true, labelSelector, resourceVersion };
  for await (const line of api.lines(path, query, done.signal)) {
    const { object } = JSON.parse(line) as PodEvent;
    if (object.status.phase === 'Succeeded') ended.get(object.metadata.name)?.();
  }
}

async function one(index: number): Promise<void> {
  const name = `${mark}-${index}`;
  const end = new Promise<void>((resolve) => ended.set(name, resolve));
  const body = { ...template, metadata: { ...template.metadata, labels, name } };
  const { metadata } = await api.create(path, body);
  await end;
  ended.delete(name);
  const { uid } = metadata;
  await api.delete(`${path}/${name}`, { gracePeriodSeconds: 0, preconditions: { uid } });
  if (finalizers !== undefined)
    await api.patch(`${path}/${name}`, { metadata: { uid, finalizers: null } });
}

const { metadata: since } = await api.get<KubernetesObject>(path, { labelSelector });
const watching = watch(since.resourceVersion).catch(() => undefined);
let next = 0;
async function worker(): Promise<void> {
  while (next < count) await one(next++);
}
const began = performance.now();
await Promise.all(Array.from({ length: atOnce }, worker));
console.log(count / ((performance.now() - began) / 1000));
done.abort();
await watching;
await api.close();
