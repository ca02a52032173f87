// What commands refuse of what is there, is not there, or is in the way: of which kind the refusal
// is (clients read meaning into the error that it becomes) and what it says. What is wrong with a
// request by itself is the services' to refuse, and in their tests.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ComputeResource } from '@aws-sdk/client-batch';
import { hostId, jobId, scopeOf, type HostId } from '../../base/ids.ts';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { HostFacts } from '../host/host.ts';
import { awsLimits } from '../limit.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import type { Command } from './command.ts';

const elsewhere = scopeOf('123456789012', 'us-east-1');
const [nobody, registered, second] = ['0', 'a', 'b'].map((digit) => hostId(digit.repeat(31) + 'f'));
const facts: HostFacts = {
  runtime: { name: 'Docker', version: '25.0' },
  kernelVersion: '6.1',
  operatingSystem: 'Amazon Linux',
  osType: 'linux',
  architecture: 'x86_64',
  vcpus: 2,
  memoryMib: 4096,
  gpus: 0,
  canGiveGpus: false,
  logDrivers: [],
};
const fargate: ComputeResource = {
  type: 'FARGATE',
  maxvCpus: 4,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};
const ec2: ComputeResource = {
  ...fargate,
  type: 'EC2',
  instanceTypes: ['m5.large'],
  instanceRole: 'ecsInstanceRole',
};

const environment = (
  name: string,
  more: object = { type: 'MANAGED', computeResources: fargate },
  of = scope,
): Command => ({
  type: 'create-compute-environment',
  scope: of,
  uuid: name,
  request: { computeEnvironmentName: name, ...more } as never,
});
const change = (name: string, more: object): Command => ({
  type: 'update-compute-environment',
  scope,
  request: { computeEnvironment: name, ...more },
});
const order = (...names: string[]) =>
  names.map((computeEnvironment, at) => ({ order: at, computeEnvironment }));
const queue = (jobQueueName: string, names: string[], more: object = {}): Command => ({
  type: 'create-job-queue',
  scope,
  request: { jobQueueName, priority: 1, computeEnvironmentOrder: order(...names), ...more },
});
const changeQueue = (jobQueue: string, more: object): Command => ({
  type: 'update-job-queue',
  scope,
  request: { jobQueue, ...more },
});
const policyArn = (name: string) =>
  `arn:aws:batch:eu-west-1:123456789012:scheduling-policy/${name}`;
const policy = (name: string): Command => ({
  type: 'create-scheduling-policy',
  scope,
  request: { name },
});
const resource = (name: string): Command => ({
  type: 'create-consumable-resource',
  scope,
  request: { consumableResourceName: name, totalQuantity: 5 },
});
const useUp = (consumableResource: string, operation: string, quantity: number): Command => ({
  type: 'update-consumable-resource',
  scope,
  request: { consumableResource, operation, quantity },
});
const submit = (more: object): Command => ({
  type: 'submit-job',
  scope,
  jobId: jobId('00000000-0000-7000-8000-0000000000ff'),
  request: { jobName: 'n', jobQueue: 'q', jobDefinition: 'd', ...more },
});
const register = (id: HostId | undefined, more: object = {}): Command => ({
  type: 'register-host',
  scope,
  hostId: id as HostId,
  cluster: 'own_Batch_own',
  title: 'a host',
  endpoint: { url: `unix:///${id}` },
  facts,
  ...more,
});
const start = (cluster: string, instanceType = 'm5.large'): Command => ({
  type: 'start-instance',
  scope,
  hostId: second as HostId,
  cluster,
  instanceType,
  imageId: 'ami-1',
  reservedMemoryMib: undefined,
  unfit: undefined,
  launch: {} as never,
});
const onHost = (type: string, id: HostId | undefined, more: object = {}): Command =>
  ({ type, scope, hostId: id, ...more }) as never;
const named = (type: string, member: string, name: string, of = scope): Command =>
  ({ type, scope: of, [member]: name }) as never;

/** What is there before each of the cases, none of which changes anything. */
const there: readonly Command[] = [
  environment('idle'),
  environment('other'),
  environment('machines', { type: 'MANAGED', computeResources: ec2 }),
  environment('arm', {
    type: 'MANAGED',
    computeResources: { ...ec2, instanceTypes: ['m6g.large'] },
  }),
  environment('own', { type: 'UNMANAGED', serviceRole: 'role' }),
  policy('p'),
  queue('shared', ['ce'], { schedulingPolicyArn: policyArn('p') }),
  queue('full', ['ce']),
  queue('resting', ['ce'], { state: 'DISABLED' }),
  queue('of-machines', ['machines']),
  resource('r'),
  register(registered),
  submit({ jobQueue: 'full' }),
];

const limits = {
  ...awsLimits,
  computeEnvironments: 6,
  jobQueues: 5,
  consumableResources: 1,
  jobsPerQueue: 1,
  activeShares: 1,
};

const cases: readonly [Refusal['refusal'], RegExp, Command][] = [
  ['conflict', /already exists/, environment('ce')],
  ['limit', /limit of 6 compute environments/, environment('more')],
  ['not-found', /environment x does not/, change('x', {})],
  ['invalid', /unmanagedvCpus/, change('ce', { unmanagedvCpus: 1 })],
  [
    'invalid',
    /cannot be changed from FARGATE to EC2/,
    change('ce', { computeResources: { type: 'EC2' } }),
  ],
  [
    'invalid',
    /cannot be changed from EC2 to FARGATE/,
    change('machines', { computeResources: { type: 'FARGATE' } }),
  ],
  ['invalid', /on a Fargate/, change('ce', { computeResources: { instanceTypes: ['m5.large'] } })],
  [
    'invalid',
    /BEST_FIT/,
    change('machines', { computeResources: { instanceTypes: ['m5.xlarge'] } }),
  ],
  ['invalid', /UNMANAGED/, change('own', { computeResources: { maxvCpus: 1 } })],
  [
    'not-found',
    /environment x does not/,
    named('delete-compute-environment', 'computeEnvironment', 'x'),
  ],
  [
    'not-found',
    /environment ce does not/,
    named('delete-compute-environment', 'computeEnvironment', 'ce', elsewhere),
  ],
  [
    'invalid',
    /existing JobQueue relationship: .*q.*shared/,
    named('delete-compute-environment', 'computeEnvironment', 'ce'),
  ],
  [
    'invalid',
    /must be DISABLED/,
    named('delete-compute-environment', 'computeEnvironment', 'idle'),
  ],

  ['conflict', /already exists/, queue('q', ['ce'])],
  ['limit', /limit of 5 job queues/, queue('more', ['ce'])],
  ['not-found', /queue x does not/, changeQueue('x', {})],
  [
    'not-found',
    /environment x does not/,
    changeQueue('q', { computeEnvironmentOrder: order('x') }),
  ],
  ['invalid', /1 to 3 .* holds 0/, changeQueue('q', { computeEnvironmentOrder: [] })],
  ['invalid', /stands twice/, changeQueue('q', { computeEnvironmentOrder: order('ce', 'ce') })],
  [
    'invalid',
    /Duplicate/,
    changeQueue('q', { computeEnvironmentOrder: [...order('ce'), ...order('idle')] }),
  ],
  [
    'invalid',
    /cannot be mixed/,
    changeQueue('q', { computeEnvironmentOrder: order('ce', 'machines') }),
  ],
  [
    'invalid',
    /cannot become one of type/,
    changeQueue('q', { computeEnvironmentOrder: order('machines') }),
  ],
  [
    'invalid',
    /same architecture/,
    changeQueue('of-machines', { computeEnvironmentOrder: order('machines', 'arm') }),
  ],
  ['invalid', /cannot be added/, changeQueue('q', { schedulingPolicyArn: policyArn('p') })],
  ['invalid', /not removed/, changeQueue('shared', { schedulingPolicyArn: '' })],
  [
    'not-found',
    /policy .*x does not/,
    changeQueue('shared', { schedulingPolicyArn: policyArn('x') }),
  ],
  ['not-found', /queue x does not/, named('delete-job-queue', 'jobQueue', 'x')],
  ['invalid', /must be DISABLED/, named('delete-job-queue', 'jobQueue', 'q')],

  ['conflict', /already exists/, policy('p')],
  [
    'not-found',
    /policy .*x does not/,
    { type: 'update-scheduling-policy', scope, request: { arn: policyArn('x') } },
  ],
  ['not-found', /policy .*x does not/, named('delete-scheduling-policy', 'arn', policyArn('x'))],
  [
    'not-found',
    /policy .*p does not/,
    named('delete-scheduling-policy', 'arn', policyArn('p'), elsewhere),
  ],
  ['invalid', /job queue shared uses it/, named('delete-scheduling-policy', 'arn', policyArn('p'))],

  ['conflict', /already exists/, resource('r')],
  ['limit', /limit of 1 consumable/, resource('more')],
  ['not-found', /resource x does not/, useUp('x', 'SET', 1)],
  ['invalid', /has 5; 6 cannot be removed/, useUp('r', 'REMOVE', 6)],
  ['invalid', /cannot hold/, useUp('r', 'ADD', Number.MAX_SAFE_INTEGER)],
  [
    'not-found',
    /resource x does not/,
    named('delete-consumable-resource', 'consumableResource', 'x'),
  ],

  ['not-found', /d:2 does not/, named('deregister-job-definition', 'jobDefinition', 'd:2')],
  [
    'not-found',
    /d:1 does not/,
    named('deregister-job-definition', 'jobDefinition', 'd:1', elsewhere),
  ],
  ['invalid', /has no revision/, named('deregister-job-definition', 'jobDefinition', 'd')],

  ['not-found', /queue x does not/, submit({ jobQueue: 'x' })],
  ['not-found', /JobDefinition x does not/, submit({ jobDefinition: 'x' })],
  ['invalid', /DISABLED/, submit({ jobQueue: 'resting' })],
  ['invalid', /has EC2/, submit({ jobQueue: 'of-machines', jobDefinition: 'only-fargate' })],
  ['limit', /limit of 1 jobs of job queue full/, submit({ jobQueue: 'full' })],
  ['not-found', /in dependsOn does not/, submit({ dependsOn: [{ jobId: 'x' }] })],
  ['invalid', /no fair-share/, submit({ shareIdentifier: 's' })],
  ['invalid', /shareIdentifier must/, submit({ jobQueue: 'shared' })],
  ['invalid', /letters and digits/, submit({ jobQueue: 'shared', shareIdentifier: 'a-b' })],
  ['invalid', /schedulingPriority/, submit({ jobQueue: 'shared', shareIdentifier: 's' })],
  ['invalid', /nodeOverrides is only/, submit({ nodeOverrides: { numNodes: 2 } })],

  ['not-found', /Cluster x/, register(second, { cluster: 'x' })],
  ['invalid', /is MANAGED/, register(second, { cluster: 'ce_Batch_ce' })],
  [
    'conflict',
    /registered already/,
    register(second, { endpoint: { url: `unix:///${registered}` } }),
  ],
  [
    'conflict',
    /has one architecture/,
    register(second, { facts: { ...facts, architecture: 'arm64' } }),
  ],
  ['not-found', /No host/, onHost('deregister-host', nobody, { force: false })],
  ['not-found', /No host/, onHost('drain-host', nobody, { status: 'DRAINING' })],
  ['not-found', /Cluster x/, start('x')],
  ['invalid', /is MANAGED/, start('machines_Batch_machines')],
  ['not-found', /type x.large/, start('own_Batch_own', 'x.large')],
  ['not-found', /No instance/, onHost('reboot-instance', registered)],
  ['not-found', /No instance/, onHost('end-instance', registered, { cause: 'user' })],
];

let rig: Rig;
before(async () => {
  rig = await Rig.open({ settings: { limits } });
  await rig.ask({
    type: 'register-job-definition',
    scope,
    request: {
      jobDefinitionName: 'only-fargate',
      type: 'container',
      platformCapabilities: ['FARGATE'],
      containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
    },
  });
  for (const command of there) {
    const reply = await rig.ask(command);
    if (isRefusal(reply)) assert.fail(`${command.type}: ${reply.message}`);
  }
  await rig.clock.pass(1_000);
});

for (const [at, [kind, text, command]] of cases.entries())
  test(`${command.type} is refused as ${kind}: ${text.source} (${at})`, async () => {
    const reply = await rig.ask(command);
    assert.ok(isRefusal(reply), 'it is refused');
    assert.match(reply.message, text);
    assert.equal(reply.refusal, kind);
  });
