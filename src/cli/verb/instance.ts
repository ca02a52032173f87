// `longshore instance`: brings a host of the user's own into the cluster of an UNMANAGED compute
// environment and out of it again, and drains, interrupts and terminates instances.

import type { ContainerInstance } from '@aws-sdk/client-ecs';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { nameOfArn } from '../render/job.ts';
import { inLine } from '../render/style.ts';
import type { Session } from '../session.ts';
import { defineVerb } from './verb.ts';

/** Each with the flags that it takes. */
const actions: Readonly<Record<string, readonly string[]>> = {
  register: ['cluster', 'docker-host', 'tls-dir', 'gpus', 'title'],
  drain: ['cluster'],
  activate: ['cluster'],
  deregister: ['cluster', 'force'],
  interrupt: [],
  terminate: [],
};
const flagNames = ['cluster', 'docker-host', 'tls-dir', 'gpus', 'title', 'force'] as const;
const names = Object.keys(actions).join(', ');

export const instance = defineVerb({
  name: 'instance',
  summary: 'drain, interrupt or terminate an instance; register a host of your own',
  usage:
    'drain | activate | deregister | interrupt | terminate ID, or register --cluster NAME --docker-host URL [flags]',
  about:
    'ID is as `longshore instances` shows it. A drained instance finishes its jobs and takes no more.\n' +
    'A Spot Instance is interrupted as EC2 does it: its jobs end, and those with attempts left run elsewhere; so it is with one that is terminated.\n' +
    'A host of your own is reached by its Docker engine, and joins an UNMANAGED compute environment. The server connects to what its --host-addresses allows.',
  flags: {
    cluster: {
      type: 'string',
      value: 'NAME',
      help: 'the compute environment; also its cluster (ecsClusterArn), by name or ARN',
    },
    'docker-host': {
      type: 'string',
      value: 'URL',
      help: 'register: unix:///path, tcp://host:port or ssh://user@host, as the server reaches it',
    },
    'tls-dir': {
      type: 'string',
      value: 'DIRECTORY',
      help: 'register: ca.pem, cert.pem and key.pem on the server; TLS is then spoken and verified',
    },
    gpus: { type: 'string', value: 'N', help: 'register: how many GPUs the host has (default 0)' },
    title: {
      type: 'string',
      value: 'TEXT',
      help: 'register: how reasons call the host (default: its URL)',
    },
    force: { type: 'boolean', help: 'deregister: also while jobs run there' },
  },
  examples: [
    'longshore instance interrupt $INSTANCE',
    'longshore instance register --cluster my-hosts --docker-host tcp://10.0.0.7:2376 --tls-dir /etc/longshore/tls',
    'longshore instance drain $HOST',
  ],
  operands: { name: `one of ${names}`, least: 1, most: 2 },
  async run({ session, values, operands: [action = '', id] }) {
    const flags = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (flags === undefined) throw new UsageError(`'${action}' is none of ${names}`);
    const foreign = flagNames.find(
      (name) => values[name] !== undefined && values[name] !== false && !flags.includes(name),
    );
    if (foreign !== undefined) throw new UsageError(`${action} takes no --${foreign}`);
    if ((action === 'register') !== (id === undefined))
      throw new UsageError(
        action === 'register'
          ? `unexpected argument '${id}'`
          : `${action} needs the ID of an instance`,
      );
    if (id !== undefined && (action === 'interrupt' || action === 'terminate'))
      return end(session, action, id);
    const api = await session.clusters();
    let done: ContainerInstance;
    if (id === undefined) {
      const { cluster, gpus } = values;
      if (cluster === undefined)
        throw new UsageError(
          '--cluster must be given: the UNMANAGED compute environment that the host joins',
        );
      if (values['docker-host'] === undefined) throw new UsageError('--docker-host must be given');
      const count = gpus === undefined ? undefined : String(wholeNumber('--gpus', gpus, 0, 1024));
      done = await api.register(cluster, {
        'longshore.docker-host': values['docker-host'],
        'longshore.docker-cert-path': values['tls-dir'],
        'longshore.gpus': count,
        'longshore.title': values.title,
      });
    } else {
      const { clusterArn, containerInstanceArn = '' } = await api.find(id, values.cluster);
      done =
        action === 'deregister'
          ? await api.deregister(clusterArn, containerInstanceArn, values.force)
          : await api.setState(
              clusterArn,
              containerInstanceArn,
              action === 'drain' ? 'DRAINING' : 'ACTIVE',
            );
    }
    if (session.settings.json) session.printJson({ containerInstance: done });
    else session.io.out(`${nameOfArn(done.containerInstanceArn)}\n`);
    tell(session.io.err, done);
    return 0;
  },
});

async function end(
  session: Session,
  action: 'interrupt' | 'terminate',
  instanceId: string,
): Promise<number> {
  if (!/^i-[0-9a-f]{17}$/.test(instanceId))
    throw new UsageError(
      `'${instanceId}' is not the id of an EC2 instance`,
      'longshore instances shows those that a compute environment launched as i-…',
    );
  if (action === 'terminate') await (await session.clusters()).terminate(instanceId);
  else await (await session.api()).interruptInstance(instanceId, session.io.nowMs());
  if (session.settings.json) session.printJson({ instanceId });
  else session.io.out(`${instanceId}\n`);
  return 0;
}

/** What keeps it from taking jobs, if anything does. */
function tell(err: (text: string) => void, { statusReason }: ContainerInstance): void {
  if (statusReason !== undefined) err(`${inLine(statusReason)}\n`);
}
