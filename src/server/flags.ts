// The flags of `up`, `serve` and `demo`: names, defaults and what the help says of each, by what
// they are about. What a value must be is config.ts's to check.

import type { Flags } from '../cli/flags.ts';
import { defaultSettings } from '../core/settings.ts';
import { defaultJobNetworks } from '../engine/job-networks.ts';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const listening = {
  host: { type: 'string', value: 'ADDRESS', default: '127.0.0.1', help: 'address to listen on' },
  'host-is-protected': {
    type: 'boolean',
    help: 'with --auth off: allows a --host that other machines can reach; whoever can reach this port can become root on this machine: say it only where a firewall or VPN lets trusted people alone through',
  },
  'allowed-hosts': {
    type: 'string',
    multiple: true,
    value: 'LIST',
    help: 'names by which clients may call this server, beside IP addresses, localhost and --host, e.g. batch.example.com,.lab.example.com (a dot before it: all names below, too)',
  },
  port: {
    type: 'string',
    value: 'NUMBER',
    default: '4590',
    help: 'port to listen on; 0 picks a free one',
  },
  'tls-cert': {
    type: 'string',
    value: 'FILE',
    help: 'PEM file of the certificate to serve HTTPS with, read again when it changes',
  },
  'tls-key': { type: 'string', value: 'FILE', help: "PEM file of the certificate's key" },
} as const satisfies Flags;

const access = {
  auth: {
    type: 'string',
    value: 'off|on',
    default: 'off',
    help: 'on: every request must be signed with a credential of this server, and policies decide what it may do; off: whoever can reach the server may do anything',
  },
  'new-root-key': {
    type: 'boolean',
    help: "makes a new access key of the account's root, in place of all that it has",
  },
  rate: {
    type: 'string',
    value: 'NUMBER',
    help: 'requests a second that a caller may make; more are answered with the throttling error of the service (default: no bound)',
  },
} as const satisfies Flags;

const state = {
  'data-dir': {
    type: 'string',
    value: 'DIRECTORY',
    default: './.longshore',
    help: 'where state and logs are kept',
  },
  'disk-reserve': {
    type: 'string',
    value: 'SIZE',
    help: 'free room below which output waits and nothing new is taken, e.g. 2g (default: a twentieth of the disk, 1 GiB at the most); 0: none',
  },
  'log-limit': {
    type: 'string',
    value: 'SIZE',
    help: 'output that is stored of an attempt, e.g. 100m (default: all)',
  },
  adopt: {
    type: 'boolean',
    help: 'of a data directory that was copied or restored: takes over the containers of the one it was made of',
  },
  'accept-older-database': {
    type: 'boolean',
    help: 'goes on with a database that has lost its newest changes',
  },
  'remove-unknown': {
    type: 'boolean',
    help: 'removes running containers of this server that its database is too old to know',
  },
  retain: {
    type: 'string',
    value: 'TIME',
    help: 'how long ended jobs are kept, e.g. 12h or 7d (default: for ever)',
  },
  audit: {
    type: 'string',
    value: 'MODE',
    default: 'changes',
    help: 'calls that are put on record, as CloudTrail does: changes, all (reads, too) or off',
  },
  'audit-retain': {
    type: 'string',
    value: 'DAYS',
    default: '90',
    help: 'how long records of calls are kept',
  },
  'trail-dir': {
    type: 'string',
    value: 'DIRECTORY',
    help: 'where trails of CloudTrail deliver: each bucket is a folder that you make in it (default: nowhere)',
  },
  's3-endpoint': {
    type: 'string',
    value: 'URL',
    help: 'where buckets of training jobs are, and of trails without --trail-dir, e.g. http://127.0.0.1:9000; credentials come from the environment or a profile (default: nowhere)',
  },
  'trail-every': {
    type: 'string',
    value: 'TIME',
    default: '5m',
    help: 'how often trails deliver, e.g. 30s or 15m',
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    help: `${logLevels.join(', ')} (default info; warn at a terminal)`,
  },
} as const satisfies Flags;

const jobs = {
  engine: {
    type: 'string',
    value: 'NAME',
    default: 'auto',
    help: 'auto, docker, process, fake, or none (registered hosts and clusters alone run jobs); auto is as before in this data directory, else docker; in a new directory of up without Docker, process',
  },
  capacity: {
    type: 'string',
    value: 'LIST',
    help: "what may run at once, e.g. vcpus=8,memory=16384,gpus=1 (default: this machine's cores and memory)",
  },
  'job-env': {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: "a variable of all jobs' containers, below what their definitions say; NAME alone: as this server has it; may be given several times",
  },
  'job-env-file': {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'such variables, one a line; may be given several times',
  },
  'role-credentials': {
    type: 'string',
    multiple: true,
    value: 'ROLE=PROFILE',
    help: "jobs with this role get the credentials of an AWS profile of yours, for an S3 elsewhere; may be given several times (default: jobs get their role's own, for this server)",
  },
  'credentials-port': {
    type: 'string',
    value: 'NUMBER',
    help: "port on 127.0.0.1 at which jobs ask for their role's credentials (default: the one after --port)",
  },
  'credentials-address': {
    type: 'string',
    value: 'ADDRESS',
    help: 'where jobs on bridge networks ask for them: what is reached from there as 169.254.170.2:80 (default: that, where this machine has it); none: nowhere',
  },
  'secrets-from': {
    type: 'string',
    value: 'WHERE',
    help: 'where the secrets of jobs are: aws, or the URL of another endpoint of Secrets Manager and Parameter Store, read with the credentials of this server (default: in the stores of this server)',
  },
  'job-network': {
    type: 'string',
    value: 'NAME',
    default: 'host',
    help: 'host or bridge: the Docker network of jobs',
  },
  'job-networks': {
    type: 'string',
    value: 'CIDR',
    default: defaultJobNetworks,
    help: 'where the Docker networks of multi-node parallel jobs lie',
  },
  'pids-limit': {
    type: 'string',
    value: 'N',
    help: 'processes and threads that a container may have at once, on Docker (default: no bound, as on AWS)',
  },
  efs: {
    type: 'string',
    multiple: true,
    value: 'ID=PLACE',
    help: 'what stands for an EFS file system or access point that jobs name: a directory of the host, or SERVER:/PATH of an NFS server, e.g. fs-0123456789abcdef0=/mnt/shared; may be given several times (default: EFS itself, by NFS)',
  },
  's3-files': {
    type: 'string',
    multiple: true,
    value: 'ID=PLACE',
    help: '… for one of S3 Files (default: none can be had)',
  },
  'training-files': {
    type: 'string',
    multiple: true,
    value: 'PLACE',
    help: 'what training jobs may read: a directory of this machine, as file://, or of the buckets at --s3-endpoint, e.g. s3://data/images; with :rw at its end what they leave is stored there, e.g. /srv/models:rw; may be given several times (default: nothing)',
  },
  cluster: {
    type: 'string',
    multiple: true,
    value: 'ARN=CONTEXT',
    help: 'a Kubernetes cluster that compute environments may name, by its ARN, or by its name where it is of this account and region, and the context of the kubeconfig that leads to it, e.g. lab=kind-lab; current, of up: the context that is current; in-cluster as a context: the cluster that this server is a pod of; may be given several times (default: none)',
  },
  'cluster-capacity': {
    type: 'string',
    value: 'CLUSTER',
    help: 'the one of them, by ARN or name, that is the capacity of each new EC2, Spot or Fargate compute environment that says nothing else (default: this machine)',
  },
  'pods-url': {
    type: 'string',
    value: 'URL',
    help: 'where pods on clusters reach this server, for the credentials of their roles, e.g. https://batch.example.com (default: nowhere, and jobs there cannot have a jobRoleArn)',
  },
  'job-namespace': {
    type: 'string',
    value: 'NAME',
    help: "namespace of clusters in which ordinary jobs run whose compute environment names none, and those of up's first environment there (default: the context's, and longshore-jobs)",
  },
  'pods-waiting': {
    type: 'string',
    value: 'N',
    default: String(defaultSettings.podsWaiting),
    help: 'pods of a compute environment that may wait for a node at a time, where its cluster places them (tag longshore:placement)',
  },
  'overtake-jobs': {
    type: 'string',
    value: 'N',
    default: String(defaultSettings.overtakeJobs),
    help: 'jobs that may overtake one that does not fit before room is kept for it',
  },
  'overtake-seconds': {
    type: 'string',
    value: 'N',
    default: String(defaultSettings.overtakeSeconds),
    help: '… and for how long they may at most',
  },
} as const satisfies Flags;

const events = {
  'deliver-to': {
    type: 'string',
    multiple: true,
    value: 'LIST',
    help: 'where events and notifications may go by HTTP, e.g. hooks.example.com,*.lab,10.0.0.0/8; none: nowhere (default: anywhere but link-local and metadata addresses)',
  },
  'send-to': {
    type: 'string',
    multiple: true,
    value: 'SERVICE=WHERE',
    help: 'where sqs, lambda, stepfunctions, kinesis or sns is for targets elsewhere: aws, or the URL of an endpoint; may be given several times (default: nowhere)',
  },
  'public-url': {
    type: 'string',
    value: 'URL',
    help: 'where subscribers of SNS reach this server, for the links and the certificate in messages, e.g. https://batch.example.com (default: the address that it listens on)',
  },
  smtp: {
    type: 'string',
    value: 'URL',
    help: 'the mail server for e-mail subscriptions of SNS, e.g. smtp://me@mail.example.com:587 or smtps://…; its password comes from LONGSHORE_SMTP_PASSWORD (default: none, and no such subscription is taken)',
  },
  'smtp-from': {
    type: 'string',
    value: 'ADDRESS',
    help: 'the address that mails come from',
  },
} as const satisfies Flags;

const instances = {
  'instance-types': {
    type: 'string',
    value: 'FILE',
    help: 'instance types of your own, one a line, e.g. my-box: 64 vCPUs, 512 GiB, 4 GPUs',
  },
  market: {
    type: 'string',
    value: 'FILE',
    help: 'Spot prices and how many instances of a type can be had, e.g. spot m5.large: 40 %, 20 instances',
  },
  'instance-limit': {
    type: 'string',
    value: 'N',
    help: 'instances that managed environments may have at once (default: no bound)',
  },
  'host-addresses': {
    type: 'string',
    multiple: true,
    value: 'LIST',
    help: 'where hosts that users register may be, e.g. ssh://*.lab,tcp://10.0.0.0/8:2376 (default: nowhere)',
  },
  'host-loss-free': {
    type: 'boolean',
    help: 'the end of a host costs its jobs no attempt (on AWS it does)',
  },
  'host-lost-seconds': {
    type: 'string',
    value: 'N',
    default: String(defaultSettings.hostLostSeconds),
    help: 'how long a registered host may be silent before it counts as lost',
  },
  'join-unmanaged': {
    type: 'boolean',
    help: 'this machine takes the jobs of UNMANAGED compute environments too',
  },
} as const satisfies Flags;

const likeAws = {
  account: {
    type: 'string',
    value: 'NUMBER',
    default: '000000000000',
    help: 'the 12-digit account of callers whose access key is none',
  },
  region: {
    type: 'string',
    value: 'NAME',
    default: 'us-east-1',
    help: 'the region of callers that name none',
  },
  references: {
    type: 'string',
    value: 'MODE',
    default: defaultSettings.references,
    help: "lenient: networks, images and other accounts' roles that environments name may be elsewhere; strict: all must exist in this server's IAM and EC2",
  },
  limit: {
    type: 'string',
    multiple: true,
    value: 'NAME=NUMBER',
    help: "sets one of the limits in doc/configuration.md; may be given several times (default AWS's numbers)",
  },
  'submit-rate': {
    type: 'string',
    value: 'NUMBER',
    help: 'SubmitJob calls a second that an account may make; more are answered 429 (default: no bound)',
  },
} as const satisfies Flags;

const tests = {
  'instance-start-seconds': {
    type: 'string',
    value: 'N',
    default: '0',
    help: 'from its launch until an instance of a managed environment takes jobs',
  },
  'spot-interruptions-per-hour': {
    type: 'string',
    value: 'N',
    default: '0',
    help: 'how often each Spot instance is interrupted by chance',
  },
  'timeout-min-seconds': {
    type: 'string',
    value: 'N',
    default: String(defaultSettings.timeoutSecondsMin),
    help: 'shortest timeout that a job may have',
  },
} as const satisfies Flags;

/** In the order of the help. */
export const serverFlagGroups: Readonly<Record<string, Flags>> = {
  Listening: listening,
  Access: access,
  'State and logs': state,
  'Jobs and containers': jobs,
  'Events and notifications': events,
  'Instances and hosts': instances,
  'What AWS decides': likeAws,
  'To test workloads': tests,
};

export const serverFlags = {
  ...listening,
  ...access,
  ...state,
  ...jobs,
  ...events,
  ...instances,
  ...likeAws,
  ...tests,
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies Flags;
