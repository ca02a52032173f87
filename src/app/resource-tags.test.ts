// The tags of resources by their ARNs, as an authorizer reads them for aws:ResourceTag: those that
// the services themselves show.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { account, context } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { trusts } from '../service/iam/seed.ts';
import { notBuilt } from '../wire/operation.ts';

const rig = await Rig.open();

function service(name: string) {
  const found = rig.app.services.find((one) => one.name === name);
  assert.ok(found);
  return found;
}

async function call(of: string, name: string, input: object): Promise<Record<string, unknown>> {
  const operation = service(of).operations[name];
  assert.ok(operation !== undefined && operation !== notBuilt);
  return (await rig.call(operation, input)) as Record<string, unknown>;
}

const tagsOf = async (arn: string): Promise<unknown> => {
  const { deps, tagsOf: read } = service(arn.split(':')[2] ?? '');
  return read?.(deps, arn, context);
};

const tags = { team: 'red' };
const list = [{ Key: 'team', Value: 'red' }];
const specified = (ResourceType: string) => ({ TagSpecifications: [{ ResourceType, Tags: list }] });
const ec2 = (resource: string): string => `arn:aws:ec2:eu-west-1:${account}:${resource}`;

it('reads those of queues, quota shares, jobs and revisions of definitions', async () => {
  await call('batch', 'RegisterJobDefinition', {
    jobDefinitionName: 'tagged',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
    tags,
  });
  const { jobArn } = await call('batch', 'SubmitJob', {
    jobName: 'n',
    jobQueue: 'q',
    jobDefinition: 'd',
    tags: { team: 'blue' },
  });
  for (const child of ['', ':0', '#1'])
    assert.deepEqual(await tagsOf(`${String(jobArn)}${child}`), { team: 'blue' });
  const definition = `arn:aws:batch:eu-west-1:${account}:job-definition/tagged`;
  assert.deepEqual(await tagsOf(`${definition}:1`), tags);
  // The user guide says so: without a revision tags are not looked at.
  assert.equal(await tagsOf(definition), undefined);
  const { arn: schedulingPolicyArn } = await call('batch', 'CreateSchedulingPolicy', {
    name: 'quotas',
    quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
  });
  await call('batch', 'CreateJobQueue', {
    jobQueueName: 'quotas',
    priority: 1,
    schedulingPolicyArn,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  const { quotaShareArn } = await call('batch', 'CreateQuotaShare', {
    quotaShareName: 's',
    jobQueue: 'quotas',
    capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 1 }],
    resourceSharingConfiguration: { strategy: 'LEND' },
    preemptionConfiguration: { inSharePreemption: 'DISABLED' },
    tags,
  });
  assert.deepEqual(await tagsOf(String(quotaShareArn)), tags);
  assert.deepEqual(await tagsOf(`arn:aws:batch:eu-west-1:${account}:job-queue/q`), {});
  assert.equal(await tagsOf(`arn:aws:batch:eu-west-1:${account}:job-queue/none`), undefined);
  assert.equal(await tagsOf('arn:aws:batch:eu-west-1:999999999999:job-queue/q'), undefined);
});

it('reads those of topics', async () => {
  await call('sns', 'CreateTopic', { Name: 't', Tags: list });
  assert.deepEqual(await tagsOf(`arn:aws:sns:eu-west-1:${account}:t`), tags);
  assert.equal(await tagsOf(`arn:aws:sns:eu-west-1:${account}:none`), undefined);
});

it('reads those of log groups', async () => {
  await call('logs', 'CreateLogGroup', { logGroupName: 'g', tags });
  assert.deepEqual(await tagsOf(`arn:aws:logs:eu-west-1:${account}:log-group:g`), tags);
  assert.deepEqual(await tagsOf(`arn:aws:logs:eu-west-1:${account}:log-group:g:log-stream:`), tags);
  assert.equal(await tagsOf(`arn:aws:logs:eu-west-1:${account}:log-group:none`), undefined);
});

it('reads those of groups of schedules, which are those of what is in them', async () => {
  const scheduler = (resource: string): string =>
    `arn:aws:scheduler:eu-west-1:${account}:${resource}`;
  await call('scheduler', 'CreateScheduleGroup', { Name: 'g', Tags: list });
  assert.deepEqual(await tagsOf(scheduler('schedule-group/g')), tags);
  assert.equal(await tagsOf(scheduler('schedule-group/none')), undefined);
  assert.deepEqual(await tagsOf(scheduler('schedule/g/s')), tags);
  assert.equal(await tagsOf(scheduler('schedule/none/s')), undefined);
});

it('reads those of buses and rules', async () => {
  const events = (resource: string): string => `arn:aws:events:eu-west-1:${account}:${resource}`;
  await call('events', 'CreateEventBus', { Name: 'b', Tags: list });
  const rule = { Name: 'r', EventBusName: 'b', EventPattern: '{"source":["a"]}', Tags: list };
  await call('events', 'PutRule', rule);
  assert.deepEqual(await tagsOf(events('event-bus/b')), tags);
  assert.deepEqual(await tagsOf(events('rule/b/r')), tags);
  assert.equal(await tagsOf(events('rule/r')), undefined);
  assert.equal(await tagsOf(events('event-bus/none')), undefined);
  assert.equal(
    await tagsOf('arn:aws:events:eu-west-1:999999999999:event-bus/b'),
    undefined,
    'of another account',
  );
});

it('reads those of what EC2 has, by id or by name, as their ARNs say', async () => {
  const { Vpc: vpc } = (await call('ec2', 'CreateVpc', {
    CidrBlock: '10.0.0.0/16',
    ...specified('vpc'),
  })) as { Vpc: { VpcId: string } };
  assert.deepEqual(await tagsOf(ec2(`vpc/${vpc.VpcId}`)), tags);
  assert.equal(await tagsOf(ec2('vpc/vpc-1')), undefined);
  assert.equal(await tagsOf(ec2('vpc/*')), undefined);
  assert.equal(
    await tagsOf(`arn:aws:ec2:eu-west-1:999999999999:vpc/${vpc.VpcId}`),
    undefined,
    'of another account',
  );

  await call('ec2', 'CreateKeyPair', { KeyName: 'k', ...specified('key-pair') });
  assert.deepEqual(await tagsOf(ec2('key-pair/k')), tags);

  const { GroupId } = await call('ec2', 'CreateSecurityGroup', {
    GroupName: 'g',
    Description: 'd',
    VpcId: vpc.VpcId,
  });
  const { SecurityGroupRules: rules } = (await call('ec2', 'AuthorizeSecurityGroupIngress', {
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 1,
    ToPort: 1,
    CidrIp: '0.0.0.0/0',
    ...specified('security-group-rule'),
  })) as { SecurityGroupRules: { SecurityGroupRuleId: string }[] };
  assert.deepEqual(await tagsOf(ec2(`security-group-rule/${rules[0]?.SecurityGroupRuleId}`)), tags);
  assert.deepEqual(await tagsOf(ec2(`security-group/${String(GroupId)}`)), {});
  assert.equal(await tagsOf(ec2('instance/i-0123456789abcdef0')), undefined);
  assert.equal(await tagsOf(ec2('constructor/x')), undefined);
});

it('reads those of secrets and parameters', async () => {
  const { ARN: arn } = await call('secretsmanager', 'CreateSecret', { Name: 'db', Tags: list });
  assert.deepEqual(await tagsOf(String(arn)), tags);
  assert.equal(await tagsOf(String(arn).replace(account, '999999999999')), undefined);
  await call('ssm', 'PutParameter', { Name: '/p', Value: 'v', Type: 'String', Tags: list });
  assert.deepEqual(await tagsOf(`arn:aws:ssm:eu-west-1:${account}:parameter/p`), tags);
  assert.equal(await tagsOf(`arn:aws:ssm:eu-west-1:${account}:parameter/none`), undefined);
});

it('reads those of roles, whatever their path', async () => {
  const { Role: role } = (await call('iam', 'CreateRole', {
    RoleName: 'r',
    Path: '/a/b/',
    AssumeRolePolicyDocument: trusts('batch.amazonaws.com'),
    Tags: list,
  })) as { Role: { Arn: string } };
  assert.deepEqual(await tagsOf(role.Arn), tags);
  assert.deepEqual(await tagsOf(`arn:aws:iam::${account}:role/r`), tags);
  assert.equal(await tagsOf('arn:aws:iam::999999999999:role/r'), undefined);
  assert.equal(await tagsOf(`arn:aws:iam::${account}:role/none`), undefined);
  assert.equal(await tagsOf('arn:aws:iam::aws:policy/P'), undefined);
});
