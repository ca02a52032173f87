// `longshore instances`: a table of the hosts that jobs run on, by compute environment. Reads only.

import type { ClusterInstance } from '../cluster-api.ts';
import { environmentOfCluster, nameOfArn } from '../render/job.ts';
import { tableText, type Column } from '../render/table.ts';
import { defineVerb } from './verb.ts';

export const instances = defineVerb({
  name: 'instances',
  summary: 'list the instances and hosts that jobs run on',
  usage: '[--cluster NAME]',
  about:
    'Managed compute environments launch instances when jobs wait, and end them when they are idle. Fargate ones have this machine.',
  flags: {
    cluster: {
      type: 'string',
      value: 'NAME',
      help: "one compute environment's only; also its cluster (ecsClusterArn), by name or ARN",
    },
  },
  examples: ['longshore instances', 'longshore instances --cluster my-hosts'],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    const found = await (await session.clusters()).instances(values.cluster);
    if (settings.json) session.printJson({ containerInstances: found });
    else if (found.length === 0)
      io.err('No instances: managed compute environments launch them when jobs wait.\n');
    else
      io.out(
        tableText(
          columns(io.outIsTty),
          found.map((instance) => row(instance, io.outIsTty)),
          io.outIsTty ? io.columns : undefined,
        ),
      );
    return 0;
  },
});

/** At a terminal short words stand for long ones: nine columns are many for 80 characters. */
const columns = (short: boolean): Column[] => [
  { title: 'ID' },
  { title: 'ENVIRONMENT', mayBeCut: true },
  { title: 'TYPE', mayBeCut: true },
  { title: short ? 'SPOT' : 'LIFECYCLE' },
  { title: 'STATE' },
  { title: short ? 'VCPUS' : 'VCPUS USED' },
  { title: short ? 'MIB' : 'MIB USED' },
  { title: 'JOBS' },
  { title: 'ABOUT', mayBeCut: true },
];

function row(instance: ClusterInstance, short: boolean): string[] {
  const attribute = (name: string): string | undefined =>
    instance.attributes?.find((one) => one.name === name)?.value;
  const type = attribute('ecs.instance-type');
  const host = attribute('longshore.docker-host');
  return [
    (type === undefined ? undefined : instance.ec2InstanceId) ??
      nameOfArn(instance.containerInstanceArn),
    environmentOfCluster(instance.clusterArn),
    type ?? '',
    short
      ? attribute('longshore.instance-lifecycle') === 'spot'
        ? 'spot'
        : ''
      : (attribute('longshore.instance-lifecycle') ?? ''),
    host !== undefined && instance.agentConnected === false ? 'LOST' : (instance.status ?? ''),
    ofRegistered(instance, 'CPU', (units) => String(units / 1024), short ? '/' : ' of '),
    ofRegistered(instance, 'MEMORY', String, short ? '/' : ' of '),
    String((instance.runningTasksCount ?? 0) + (instance.pendingTasksCount ?? 0)),
    instance.statusReason ?? host ?? (type === undefined ? 'this machine' : ''),
  ];
}

/** `1.5 of 4`, or with another word between; nothing where there is no bound. */
function ofRegistered(
  { registeredResources, remainingResources }: ClusterInstance,
  name: string,
  text: (value: number) => string,
  of: string,
): string {
  const value = (resources: ClusterInstance['registeredResources']): number | undefined =>
    resources?.find((resource) => resource.name === name)?.integerValue;
  const [all, left] = [value(registeredResources), value(remainingResources)];
  return all === undefined || left === undefined ? '' : `${text(all - left)}${of}${text(all)}`;
}
