// `longshore instances`: a table of the hosts that jobs run on, by cluster. Reads only.

import type { ClusterInstance } from '../cluster-api.ts';
import { nameOfArn } from '../render/job.ts';
import { tableText } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

export const instances = defineVerb({
  name: 'instances',
  summary: 'list the hosts that jobs run on',
  usage: '[--cluster NAME]',
  about: 'A compute environment has one cluster, `ecsClusterArn` of DescribeComputeEnvironments. This machine stands in the cluster of every MANAGED one.',
  flags: { cluster: { type: 'string', value: 'NAME', help: "one cluster's only, by name or ARN" } },
  examples: ['longshore instances', 'longshore instances --cluster my-hosts_Batch_0d9a…'],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    const found = await (await session.clusters()).instances(values.cluster);
    if (settings.json) session.printJson({ containerInstances: found });
    else if (found.length === 0) io.err('No instances.\n');
    else io.out(tableText(['ID', 'CLUSTER', 'STATUS', 'VCPUS FREE', 'MIB FREE', 'JOBS', 'ABOUT'], found.map(row), io.outIsTty ? io.columns : undefined));
    return 0;
  },
});

const row = (instance: ClusterInstance): string[] => [
  nameOfArn(instance.containerInstanceArn),
  nameOfArn(instance.clusterArn),
  instance.agentConnected === false ? 'LOST' : (instance.status ?? ''),
  ofRegistered(instance, 'CPU', (units) => String(units / 1024)),
  ofRegistered(instance, 'MEMORY', String),
  String((instance.runningTasksCount ?? 0) + (instance.pendingTasksCount ?? 0)),
  instance.statusReason ?? instance.attributes?.find(({ name }) => name === 'longshore.docker-host')?.value ?? 'this machine',
];

/** `1.5 of 4`; nothing where there is no bound. */
function ofRegistered({ registeredResources, remainingResources }: ClusterInstance, name: string, text: (value: number) => string): string {
  const value = (resources: ClusterInstance['registeredResources']): number | undefined => resources?.find((resource) => resource.name === name)?.integerValue;
  const [all, left] = [value(registeredResources), value(remainingResources)];
  return all === undefined || left === undefined ? '' : `${text(left)} of ${text(all)}`;
}
