// `longshore instance register | drain | activate | deregister`: brings a host of the user's own into the cluster of an UNMANAGED
// compute environment, and out of it again.

import type { ContainerInstance } from '@aws-sdk/client-ecs';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { nameOfArn } from '../render/job.ts';
import { defineVerb } from '../verb.ts';

const actions = ['register', 'drain', 'activate', 'deregister'] as const;

export const instance = defineVerb({
  name: 'instance',
  summary: 'register a host with an UNMANAGED compute environment, drain it, deregister it',
  usage: 'register | drain ID | activate ID | deregister ID --cluster NAME [flags]',
  about: 'A host is reached by its Docker engine. A drained one finishes its jobs and takes no more; --force ends them, and those with attempts left run elsewhere.',
  flags: {
    cluster: { type: 'string', value: 'NAME', help: "the environment's cluster, by name or ARN (ecsClusterArn)" },
    'docker-host': { type: 'string', value: 'URL', help: 'register: unix:///path, tcp://host:port or ssh://user@host, as the server reaches it' },
    'tls-dir': { type: 'string', value: 'DIRECTORY', help: 'register: ca.pem, cert.pem and key.pem on the server; TLS is then spoken and verified' },
    gpus: { type: 'string', value: 'N', help: 'register: how many GPUs the host has (default 0)' },
    title: { type: 'string', value: 'TEXT', help: 'register: how reasons call the host (default: its URL)' },
    force: { type: 'boolean', help: 'deregister: also while jobs run there' },
  },
  examples: ['longshore instance register --cluster my-hosts_Batch_0d9a… --docker-host tcp://10.0.0.7:2376 --tls-dir /etc/longshore/tls', 'longshore instance drain 3f2c… --cluster my-hosts_Batch_0d9a…'],
  operands: { name: `one of ${actions.join(', ')}`, least: 1, most: 2 },
  async run({ session, values, operands: [action, id] }) {
    const { cluster } = values;
    if (!actions.some((one) => one === action)) throw new UsageError(`'${action}' is none of ${actions.join(', ')}`);
    if (cluster === undefined) throw new UsageError('--cluster must be given', 'aws batch describe-compute-environments shows it as ecsClusterArn; longshore instances lists clusters that have hosts');
    if ((action === 'register') !== (id === undefined)) throw new UsageError(action === 'register' ? `unexpected argument '${id}'` : `${action} needs the ID of an instance`);
    if (action === 'register' && values['docker-host'] === undefined) throw new UsageError('--docker-host must be given');
    const gpus = values.gpus === undefined ? undefined : String(wholeNumber('--gpus', values.gpus, 0, 1024));
    const api = await session.clusters();
    const done =
      action === 'register'
        ? await api.register(cluster, { 'longshore.docker-host': values['docker-host'], 'longshore.docker-cert-path': values['tls-dir'], 'longshore.gpus': gpus, 'longshore.title': values.title })
        : action === 'deregister'
          ? await api.deregister(cluster, id ?? '', values.force)
          : await api.setState(cluster, id ?? '', action === 'drain' ? 'DRAINING' : 'ACTIVE');
    if (session.settings.json) session.printJson({ containerInstance: done });
    else session.io.out(`${nameOfArn(done.containerInstanceArn)}\n`);
    tell(session.io.err, done);
    return 0;
  },
});

/** What keeps it from taking jobs, if anything does. */
function tell(err: (text: string) => void, { statusReason }: ContainerInstance): void {
  if (statusReason !== undefined) err(`${statusReason}\n`);
}
