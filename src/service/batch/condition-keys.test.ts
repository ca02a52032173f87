// Every condition key of AWS Batch, decided: who is allowed an action by a key's value is allowed
// requests that have the value, and none that have another or say nothing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batch as reference } from '../../../test/house/authorization/batch.ts';
import { context } from '../../../test/house/caller.ts';
import { checkPolicy } from '../../core/policy/check.ts';
import { notBuilt } from '../../wire/operation.ts';
import { JudgedRequest } from '../iam/identity/judged-request.ts';
import { serviceJob } from '../../../test/house/training.ts';
import { batchOperations } from './operations.ts';

const role = { name: 'r', path: '/', tags: {} };
const inIam: Readonly<Record<string, object>> = {
  'role r': role,
  'instance-profile p': { ...role, name: 'p', role: 'r' },
};
/** IAM of an account that has a role, and it in an instance profile. */
const iam = {
  current: () => ({ get: (kind: string, name: string) => inIam[`${kind} ${name}`] }),
} as unknown as ConstructorParameters<typeof JudgedRequest>[0]['iam'];

/** Whether policies allow all that a request needs leave for. */
function isAllowed(statements: readonly object[], name: string, input: object): boolean {
  const operation = batchOperations[name];
  assert.ok(operation !== undefined && operation !== notBuilt);
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  assert.equal(checkPolicy(document, 'inline'), undefined);
  const held = { policies: [{ name: 'p', document, of: 'user', holder: 'u' } as const], tags: {} };
  const request = new JudgedRequest({ iam, context, held, nowMs: 0 });
  return operation
    .authorizes(input, context)
    .every((access) => request.denialOf(access) === undefined);
}

/** Leave for an action where a condition holds, and for all else. */
const onlyIf = (Action: string, Condition: object): object[] => [
  { Effect: 'Allow', Action, Resource: '*', Condition },
  { Effect: 'Allow', NotAction: Action, Resource: '*' },
];

interface Keyed {
  readonly operation: string;
  /** Of the operation's name, where it is not told. */
  readonly action?: string;
  readonly key: string;
  readonly condition: object;
  /** The value allowed, another one, and none. */
  readonly right: object;
  readonly wrong: object;
  readonly silent: object;
  /** The action is not asked for at all by who says nothing. */
  readonly isUnasked?: boolean;
}

const equals = (key: string, value: string) => ({ StringEquals: { [key]: value } });
const amongKeys = (key: string) => ({ 'ForAnyValue:StringEquals': { [key]: ['team'] } });

/** The two keys of tags that a request brings. */
function tagging(
  operation: string,
  input: object,
  {
    action,
    of = 'tags',
    isUnasked = false,
  }: { action?: string; of?: string; isUnasked?: boolean } = {},
): Keyed[] {
  const tagged = (tags: object) => ({ ...input, [of]: tags });
  const both = { operation, ...(action && { action }), silent: input, isUnasked };
  return [
    {
      ...both,
      key: 'aws:RequestTag',
      condition: equals('aws:RequestTag/team', 'red'),
      right: tagged({ team: 'red' }),
      wrong: tagged({ team: 'blue' }),
    },
    {
      ...both,
      key: 'aws:TagKeys',
      condition: amongKeys('aws:TagKeys'),
      right: tagged({ team: 'red' }),
      wrong: tagged({ room: 'red' }),
    },
  ];
}

/** Those of tags that an environment gives its instances or its capacity. */
function environmentTags(operation: string, named: object): Keyed[] {
  const resources = (more: object) => ({ ...named, computeResources: more });
  const tags = (given: object) => resources({ tags: given });
  const capacity = (given: object) => resources({ capacityTags: given });
  const action = 'SetCapacityTags';
  const both = { operation, silent: named };
  return [
    {
      ...both,
      key: 'batch:ComputeResourcesTag',
      condition: equals('batch:ComputeResourcesTag/team', 'red'),
      right: tags({ team: 'red' }),
      wrong: tags({ team: 'blue' }),
    },
    {
      ...both,
      key: 'batch:ComputeResourcesTagKeys',
      condition: amongKeys('batch:ComputeResourcesTagKeys'),
      right: tags({ team: 'red' }),
      wrong: tags({ room: 'red' }),
    },
    {
      ...both,
      action,
      key: 'aws:RequestTag',
      condition: equals('aws:RequestTag/team', 'red'),
      right: capacity({ team: 'red' }),
      wrong: capacity({ team: 'blue' }),
      isUnasked: true,
    },
    {
      ...both,
      action,
      key: 'aws:TagKeys',
      condition: amongKeys('aws:TagKeys'),
      right: capacity({ team: 'red' }),
      wrong: capacity({ room: 'red' }),
      isUnasked: true,
    },
  ];
}

const definition = (more: object) => ({ jobDefinitionName: 'd', type: 'container', ...more });
const container = (more: object) => definition({ containerProperties: { image: 'i', ...more } });
const logging = (options: object) =>
  container({ logConfiguration: { logDriver: 'awslogs', options } });
const pod = (more: object) =>
  definition({ eksProperties: { podProperties: { containers: [{ image: 'i' }], ...more } } });
const secured = (securityContext: object) => pod({ containers: [{ image: 'i', securityContext }] });

const registering = (
  key: string,
  condition: object,
  right: object,
  wrong: object,
  silent: object = container({}),
): Keyed => ({ operation: 'RegisterJobDefinition', key, condition, right, wrong, silent });

const job = (more: object) => ({ jobName: 'n', jobQueue: 'q', jobDefinition: 'd', ...more });
const changedPod = (podProperties: object) => job({ eksPropertiesOverride: { podProperties } });

const rows: readonly Keyed[] = [
  ...tagging('CreateComputeEnvironment', { computeEnvironmentName: 'e' }),
  ...environmentTags('CreateComputeEnvironment', { computeEnvironmentName: 'e' }),
  ...environmentTags('UpdateComputeEnvironment', { computeEnvironment: 'e' }),
  ...tagging('CreateConsumableResource', { consumableResourceName: 'r' }),
  ...tagging('CreateJobQueue', { jobQueueName: 'q' }),
  ...tagging('CreateQuotaShare', { quotaShareName: 's', jobQueue: 'q' }),
  ...tagging('CreateServiceEnvironment', { serviceEnvironmentName: 's' }),
  ...tagging('SubmitServiceJob', serviceJob()),
  {
    operation: 'SubmitServiceJob',
    key: 'batch:ShareIdentifier',
    condition: equals('batch:ShareIdentifier', 'one'),
    right: serviceJob({ shareIdentifier: 'one' }),
    wrong: serviceJob({ shareIdentifier: 'other' }),
    silent: serviceJob(),
  },
  {
    operation: 'SubmitServiceJob',
    key: 'batch:SchedulingPriority',
    condition: { NumericLessThan: { 'batch:SchedulingPriority': '10' } },
    right: serviceJob({ schedulingPriority: 9 }),
    wrong: serviceJob({ schedulingPriority: 10 }),
    silent: serviceJob(),
  },
  {
    operation: 'UpdateServiceJob',
    key: 'batch:SchedulingPriority',
    condition: { NumericLessThan: { 'batch:SchedulingPriority': '10' } },
    right: { jobId: 'j', schedulingPriority: 9 },
    wrong: { jobId: 'j', schedulingPriority: 10 },
    silent: { jobId: 'j' },
  },
  ...tagging('CreateSchedulingPolicy', { name: 'p' }),
  ...tagging('CreateSchedulingPolicy', { name: 'p' }, { action: 'TagResource', isUnasked: true }),
  ...tagging('TagResource', { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j' }),
  {
    operation: 'UntagResource',
    key: 'aws:TagKeys',
    condition: amongKeys('aws:TagKeys'),
    right: { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j', tagKeys: ['team'] },
    wrong: { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j', tagKeys: ['room'] },
    silent: { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j', tagKeys: [] },
  },
  ...tagging('RegisterJobDefinition', container({})),
  registering(
    'batch:Image',
    equals('batch:Image', 'registry/one'),
    container({ image: 'registry/one' }),
    container({ image: 'registry/other' }),
    definition({}),
  ),
  registering(
    'batch:User',
    equals('batch:User', 'nobody'),
    container({ user: 'nobody' }),
    container({ user: 'root' }),
  ),
  registering(
    'batch:Privileged',
    { Bool: { 'batch:Privileged': 'true' } },
    container({ privileged: true }),
    container({ privileged: false }),
  ),
  registering(
    'batch:LogDriver',
    equals('batch:LogDriver', 'awslogs'),
    container({ logConfiguration: { logDriver: 'awslogs' } }),
    container({ logConfiguration: { logDriver: 'syslog' } }),
  ),
  registering(
    'batch:AWSLogsGroup',
    { StringLike: { 'batch:AWSLogsGroup': '/team/*' } },
    logging({ 'awslogs-group': '/team/a' }),
    logging({ 'awslogs-group': '/other' }),
  ),
  registering(
    'batch:AWSLogsRegion',
    equals('batch:AWSLogsRegion', 'eu-west-1'),
    logging({ 'awslogs-region': 'eu-west-1' }),
    logging({ 'awslogs-region': 'us-east-1' }),
  ),
  registering(
    'batch:AWSLogsStreamPrefix',
    equals('batch:AWSLogsStreamPrefix', 'p'),
    logging({ 'awslogs-stream-prefix': 'p' }),
    logging({ 'awslogs-stream-prefix': 'q' }),
  ),
  registering(
    'batch:AWSLogsCreateGroup',
    { Bool: { 'batch:AWSLogsCreateGroup': 'false' } },
    logging({ 'awslogs-create-group': 'false' }),
    logging({ 'awslogs-create-group': 'true' }),
  ),
  registering(
    'batch:EKSImage',
    equals('batch:EKSImage', 'one'),
    pod({ containers: [{ image: 'one' }] }),
    pod({ containers: [{ image: 'other' }] }),
  ),
  registering(
    'batch:EKSNamespace',
    equals('batch:EKSNamespace', 'n'),
    pod({ metadata: { namespace: 'n' } }),
    pod({ metadata: { namespace: 'm' } }),
    pod({}),
  ),
  registering(
    'batch:EKSServiceAccountName',
    equals('batch:EKSServiceAccountName', 's'),
    pod({ serviceAccountName: 's' }),
    pod({ serviceAccountName: 't' }),
    pod({}),
  ),
  registering(
    'batch:EKSPrivileged',
    { Bool: { 'batch:EKSPrivileged': 'true' } },
    secured({ privileged: true }),
    secured({ privileged: false }),
    pod({}),
  ),
  registering(
    'batch:EKSRunAsUser',
    { NumericGreaterThan: { 'batch:EKSRunAsUser': '999' } },
    secured({ runAsUser: 1000 }),
    secured({ runAsUser: 0 }),
    pod({}),
  ),
  registering(
    'batch:EKSRunAsGroup',
    { NumericEquals: { 'batch:EKSRunAsGroup': '7' } },
    secured({ runAsGroup: 7 }),
    secured({ runAsGroup: 0 }),
    pod({}),
  ),
  ...tagging('SubmitJob', job({})),
  {
    operation: 'SubmitJob',
    key: 'batch:ShareIdentifier',
    condition: equals('batch:ShareIdentifier', 'lowCpu'),
    right: job({ shareIdentifier: 'lowCpu' }),
    wrong: job({ shareIdentifier: 'highCpu' }),
    silent: job({}),
  },
  {
    operation: 'SubmitJob',
    key: 'batch:EKSImage',
    condition: equals('batch:EKSImage', 'one'),
    right: changedPod({ containers: [{ image: 'one' }] }),
    wrong: changedPod({ containers: [{ image: 'one' }, { image: 'other' }] }),
    silent: job({}),
  },
  {
    operation: 'SubmitJob',
    key: 'batch:EKSNamespace',
    condition: equals('batch:EKSNamespace', 'n'),
    right: changedPod({ metadata: { namespace: 'n' } }),
    wrong: changedPod({ metadata: { namespace: 'm' } }),
    silent: job({}),
  },
];

describe('a policy that allows an action by', () => {
  for (const row of rows) {
    const { operation, action = operation, key, condition, right, wrong, silent } = row;
    const statements = onlyIf(`batch:${action}`, condition);
    const may = (input: object): boolean => isAllowed(statements, operation, input);
    it(`${key} allows ${operation} with it (batch:${action})`, () => {
      assert.equal(may(right), true);
    });
    it(`${key} does not allow ${operation} with another (batch:${action})`, () => {
      assert.equal(may(wrong), false);
    });
    it(`${key} ${row.isUnasked ? 'allows' : 'does not allow'} ${operation} without it (batch:${action})`, () => {
      assert.equal(may(silent), row.isUnasked ?? false);
    });
  }
});

it('no condition key that the reference names is left out', () => {
  const tried = new Set(rows.map(({ operation, action = operation, key }) => `${action} ${key}`));
  const documented = Object.entries(reference.actions).flatMap(([action, { keys }]) =>
    keys.map((key) => `${action} ${key}`),
  );
  assert.deepEqual(tried, new Set(documented).union(tried));
});

describe('the roles of jobs and environments', () => {
  const passing = (...services: string[]): object[] =>
    onlyIf('iam:PassRole', { StringEquals: { 'iam:PassedToService': services } });
  const roleArn = 'arn:aws:iam::123456789012:role/r';
  const environment = (more: object) => ({ computeEnvironmentName: 'e', ...more });
  const cases: readonly (readonly [string, string, object, ...(readonly string[])])[] = [
    [
      'jobRoleArn',
      'RegisterJobDefinition',
      container({ jobRoleArn: roleArn }),
      'batch',
      'ecs-tasks',
    ],
    [
      'executionRoleArn',
      'RegisterJobDefinition',
      container({ executionRoleArn: roleArn }),
      'batch',
      'ecs-tasks',
    ],
    ['serviceRole', 'CreateComputeEnvironment', environment({ serviceRole: roleArn }), 'batch'],
    [
      'instanceRole',
      'CreateComputeEnvironment',
      environment({ computeResources: { instanceRole: 'p' } }),
      'ec2',
    ],
    [
      'spotIamFleetRole',
      'CreateComputeEnvironment',
      environment({ computeResources: { spotIamFleetRole: roleArn } }),
      'spotfleet',
    ],
  ];
  const services = ['batch', 'ec2', 'ecs-tasks', 'spotfleet', 'lambda'];
  for (const [member, operation, input, ...to] of cases)
    it(`${member} is passed to ${to.join(' and ')} alone`, () => {
      assert.deepEqual(
        services.filter((one) => isAllowed(passing(`${one}.amazonaws.com`), operation, input)),
        to.toSorted(),
      );
    });

  it('are denied by who denies either service', () => {
    const deny = {
      Effect: 'Deny',
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    };
    assert.equal(
      isAllowed(
        [...passing('batch.amazonaws.com'), deny],
        'RegisterJobDefinition',
        container({ jobRoleArn: roleArn }),
      ),
      false,
    );
  });
});

describe('policies of the user guide', () => {
  const at = 'arn:aws:batch:eu-west-1:123456789012:';
  const submitting = (pattern: string): object[] => [
    {
      Effect: 'Allow',
      Action: 'batch:SubmitJob',
      Resource: [`${at}job-definition/${pattern}`, `${at}job-queue/*`],
    },
  ];
  const submit = (pattern: string, jobDefinition: string): boolean =>
    isAllowed(submitting(pattern), 'SubmitJob', job({ jobDefinition }));

  it('of one definition are for submissions that call it so', () => {
    assert.equal(submit('JobDefA', 'JobDefA'), true);
    assert.equal(submit('JobDefA', 'JobDefA:1'), false);
    assert.equal(submit('JobDefA:*', 'JobDefA:1'), true);
    assert.equal(submit('JobDefA:*', `${at}job-definition/JobDefA:7`), true);
    assert.equal(submit('JobDefA:*', 'JobDefA'), false);
    assert.equal(submit('*:*', 'JobDefA'), false);
    assert.equal(submit('JobDefA_*', 'JobDefA_x:1'), true);
    assert.equal(submit('JobDefA_*', 'JobDefB'), false);
  });

  const nodes = (...containers: object[]): object =>
    definition({
      type: 'multinode',
      nodeProperties: {
        numNodes: 2,
        mainNode: 0,
        nodeRangeProperties: containers.map((one, index) => ({
          targetNodes: `${index}`,
          container: one,
        })),
      },
    });
  const forbidden = (...conditions: object[]): object[] => [
    { Effect: 'Allow', Action: 'batch:RegisterJobDefinition', Resource: '*' },
    ...conditions.map((Condition) => ({
      Effect: 'Deny',
      Action: 'batch:RegisterJobDefinition',
      Resource: '*',
      Condition,
    })),
  ];
  const image = { image: 'string1' };
  const driver = { image: 'i', logConfiguration: { logDriver: 'string2' } };
  const registers = (statements: readonly object[], input: object): boolean =>
    isAllowed(statements, 'RegisterJobDefinition', input);

  it('that deny an image and a driver together deny the container that has both', () => {
    const both = forbidden({
      StringEquals: { 'batch:Image': 'string1', 'batch:LogDriver': 'string2' },
    });
    assert.equal(registers(both, nodes(image, driver)), true);
    assert.equal(registers(both, nodes({ image: 'i' }, { ...driver, ...image })), false);
  });

  it('that deny either deny a definition of which any container has one', () => {
    const either = forbidden(
      { StringEquals: { 'batch:Image': 'string1' } },
      { StringEquals: { 'batch:LogDriver': 'string2' } },
    );
    assert.equal(registers(either, nodes({ image: 'i' }, image)), false);
    assert.equal(registers(either, nodes(driver, { image: 'i' })), false);
    assert.equal(registers(either, nodes({ image: 'i' }, { image: 'j' })), true);
  });

  it('of restricted definitions allow these alone, and their one role', () => {
    const guide = [
      {
        Effect: 'Allow',
        Action: ['batch:RegisterJobDefinition'],
        Resource: [`${at}job-definition/JobDefA_*`],
        Condition: {
          StringEquals: { 'batch:User': ['nobody'], 'batch:Image': ['registry/myImage'] },
          Bool: { 'batch:Privileged': 'false' },
        },
      },
      {
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: ['arn:aws:iam::123456789012:role/MyBatchJobRole'],
        Condition: { StringEquals: { 'iam:PassedToService': ['batch.amazonaws.com'] } },
      },
    ];
    const mine = (more: object, name = 'JobDefA_x') => ({
      jobDefinitionName: name,
      type: 'container',
      containerProperties: { user: 'nobody', image: 'registry/myImage', ...more },
    });
    assert.equal(registers(guide, mine({})), true);
    assert.equal(registers(guide, mine({ jobRoleArn: 'MyBatchJobRole' })), true);
    assert.equal(registers(guide, mine({ jobRoleArn: 'OtherRole' })), false);
    assert.equal(registers(guide, mine({ executionRoleArn: 'OtherRole' })), false);
    assert.equal(registers(guide, mine({ privileged: true })), false);
    assert.equal(registers(guide, mine({ user: 'root' })), false);
    assert.equal(registers(guide, mine({}, 'JobDefB')), false);
    const [allowed, other] = [mine({}).containerProperties, { image: 'registry/other' }];
    assert.equal(
      registers(guide, { ...nodes(allowed, allowed), jobDefinitionName: 'JobDefA_x' }),
      true,
    );
    assert.equal(
      registers(guide, { ...nodes(allowed, other), jobDefinitionName: 'JobDefA_x' }),
      false,
    );
  });
});
