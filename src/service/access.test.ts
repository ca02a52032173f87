// What operations ask leave for: actions, resources and condition keys as the service authorization
// reference lists them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { context } from '../../test/house/caller.ts';
import type { Operation, OperationTable } from '../wire/operation.ts';
import { batchOperations } from './batch/operations.ts';
import { ec2Operations } from './ec2/operations.ts';
import { ecsOperations } from './ecs/operations.ts';
import { eksOperations } from './eks/operations.ts';
import { eventsOperations } from './events/operations.ts';
import { iamOperations } from './iam/operations.ts';
import { logsOperations } from './logs/operations.ts';
import { longshoreOperations } from './longshore/operations.ts';
import { schedulerOperations } from './scheduler/operations.ts';
import { secretsManagerOperations } from './secretsmanager/operations.ts';
import { ssmOperations } from './ssm/operations.ts';

/** Each action with its resources, their common beginning left out, and the conditions. */
type Asked = readonly [
  action: string,
  resources: readonly string[],
  conditions?: Readonly<Record<string, unknown>>,
];

function asked(operations: OperationTable<never>, name: string, input: object): Asked[] {
  const operation = operations[name] as Operation<never, object, unknown>;
  return operation.authorizes(input, context).map(({ action, resources, conditions }) => {
    const short = resources.map((arn) =>
      arn.replace(/^arn:aws:\w+:eu-west-1:123456789012:|^arn:aws:iam::123456789012:/, ''),
    );
    const { 'ec2:Region': region, ...keys } = conditions?.() ?? {};
    assert.equal(region, action.startsWith('ec2:') ? 'eu-west-1' : undefined);
    return Object.keys(keys).length === 0 ? [action, short] : [action, short, keys];
  });
}

const red = { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team'] };
const listed = [{ Key: 'team', Value: 'red' }];
const mapped = { team: 'red' };
const tagged = (ResourceType: string) => ({
  TagSpecifications: [{ ResourceType, Tags: listed }],
});
const passed = (...to: string[]) => ({ 'iam:PassedToService': to });

function table(
  title: string,
  operations: OperationTable<never>,
  rows: readonly (readonly [name: string, input: object, ...asked: readonly Asked[]])[],
): void {
  describe(title, () => {
    for (const [name, input, ...expected] of rows)
      it(`${name} ${JSON.stringify(input).slice(0, 100)}`, () =>
        assert.deepEqual(asked(operations, name, input), expected));
  });
}

table('AWS Batch', batchOperations as OperationTable<never>, [
  ['DescribeJobs', { jobs: ['a'] }, ['batch:DescribeJobs', ['*']]],
  [
    'SubmitJob',
    { jobName: 'n', jobQueue: 'q', jobDefinition: 'd' },
    ['batch:SubmitJob', ['job-definition/d', 'job-queue/q']],
  ],
  [
    'SubmitJob',
    {
      jobQueue: 'arn:aws:batch:us-east-1:1:job-queue/q',
      jobDefinition: 'd:3',
      shareIdentifier: 'low',
      tags: mapped,
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'licence', quantity: 1 }],
      },
    },
    [
      'batch:SubmitJob',
      [
        'job-definition/d:3',
        'arn:aws:batch:us-east-1:1:job-queue/q',
        'consumable-resource/licence',
      ],
      { 'batch:ShareIdentifier': 'low', ...red },
    ],
    // As AWS does: see https://github.com/wri/gfw-data-api/pull/175.
    [
      'batch:TagResource',
      [
        'job-definition/d:3',
        'arn:aws:batch:us-east-1:1:job-queue/q',
        'consumable-resource/licence',
      ],
      red,
    ],
  ],
  [
    'RegisterJobDefinition',
    {
      jobDefinitionName: 'd',
      type: 'container',
      containerProperties: {
        image: 'busybox',
        user: 'nobody',
        privileged: true,
        jobRoleArn: 'arn:aws:iam::123456789012:role/job',
        executionRoleArn: 'path/execution',
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': 'g',
            'awslogs-region': 'eu-west-1',
            'awslogs-create-group': 'true',
            'awslogs-stream-prefix': 'p',
          },
        },
      },
    },
    [
      'batch:RegisterJobDefinition',
      ['job-definition/d'],
      {
        'batch:Image': 'busybox',
        'batch:User': 'nobody',
        'batch:Privileged': 'true',
        'batch:LogDriver': 'awslogs',
        'batch:AWSLogsGroup': 'g',
        'batch:AWSLogsRegion': 'eu-west-1',
        'batch:AWSLogsCreateGroup': 'true',
        'batch:AWSLogsStreamPrefix': 'p',
      },
    ],
    [
      'iam:PassRole',
      ['role/job', 'role/path/execution'],
      passed('ecs-tasks.amazonaws.com', 'batch.amazonaws.com'),
    ],
  ],
  [
    'CreateComputeEnvironment',
    {
      computeEnvironmentName: 'e',
      serviceRole: 'service-role/AWSBatchServiceRole',
      computeResources: {
        instanceRole: 'ecsInstanceRole',
        spotIamFleetRole: 'arn:aws:iam::123456789012:role/fleet',
        tags: { of: 'instances', and: '' },
      },
      tags: mapped,
    },
    [
      'batch:CreateComputeEnvironment',
      ['compute-environment/e'],
      {
        'batch:ComputeResourcesTag/of': 'instances',
        'batch:ComputeResourcesTag/and': '',
        'batch:ComputeResourcesTagKeys': ['of', 'and'],
        ...red,
      },
    ],
    ['batch:TagResource', ['compute-environment/e'], red],
    ['iam:PassRole', ['role/service-role/AWSBatchServiceRole'], passed('batch.amazonaws.com')],
    ['iam:PassRole', ['instance-profile/ecsInstanceRole'], passed('ec2.amazonaws.com')],
    ['iam:PassRole', ['role/fleet'], passed('spotfleet.amazonaws.com')],
  ],
  [
    'UpdateComputeEnvironment',
    {
      computeEnvironment: 'e',
      computeResources: {
        tags: { a: 'b' },
        capacityTags: mapped,
        managedInstancesProvider: { infrastructureRoleArn: 'infrastructure' },
      },
    },
    [
      'batch:UpdateComputeEnvironment',
      ['compute-environment/e'],
      { 'batch:ComputeResourcesTag/a': 'b', 'batch:ComputeResourcesTagKeys': ['a'] },
    ],
    ['batch:SetCapacityTags', ['compute-environment/e'], red],
    ['iam:PassRole', ['role/infrastructure'], passed('ecs.amazonaws.com')],
  ],
  [
    'UpdateComputeEnvironment',
    { computeEnvironment: 'e', serviceRole: 'r' },
    ['batch:UpdateComputeEnvironment', ['compute-environment/e']],
    ['iam:PassRole', ['role/r'], passed('batch.amazonaws.com')],
  ],
  [
    'UpdateComputeEnvironment',
    { computeEnvironment: 'e', serviceRole: '' },
    ['batch:UpdateComputeEnvironment', ['compute-environment/e']],
  ],
  [
    'CreateJobQueue',
    {
      jobQueueName: 'q',
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'e' }],
      schedulingPolicyArn: 'arn:aws:batch:eu-west-1:123456789012:scheduling-policy/p',
    },
    ['batch:CreateJobQueue', ['job-queue/q', 'compute-environment/e', 'scheduling-policy/p']],
  ],
  ['CancelJobs', { jobs: ['a', 'b'] }, ['batch:CancelJob', ['job/a', 'job/b']]],
  ['TerminateJobs', { jobs: [] }, ['batch:TerminateJob', ['*']]],
  [
    'ListJobsByConsumableResource',
    { consumableResource: 'licence' },
    ['batch:ListJobsByConsumableResource', ['consumable-resource/licence']],
  ],
  [
    'TagResource',
    { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j', tags: mapped },
    ['batch:TagResource', ['job/j'], red],
  ],
  [
    'UntagResource',
    { resourceArn: 'arn:aws:batch:eu-west-1:123456789012:job/j', tagKeys: ['team'] },
    ['batch:UntagResource', ['job/j'], { 'aws:TagKeys': ['team'] }],
  ],
]);

table('CloudWatch Logs', logsOperations as OperationTable<never>, [
  [
    'GetLogEvents',
    { logGroupName: 'g', logStreamName: 's' },
    ['logs:GetLogEvents', ['log-group:g:log-stream:s']],
  ],
  [
    'CreateLogStream',
    { logGroupName: 'g', logStreamName: 's' },
    ['logs:CreateLogStream', ['log-group:g:log-stream:s']],
  ],
  ['CreateLogGroup', { logGroupName: 'g' }, ['logs:CreateLogGroup', ['log-group:g:log-stream:']]],
  [
    'CreateLogGroup',
    { logGroupName: 'g', tags: mapped },
    ['logs:CreateLogGroup', ['log-group:g:log-stream:'], red],
    ['logs:TagResource', ['log-group:g'], red],
  ],
  [
    'UntagLogGroup',
    { logGroupName: 'g', tags: ['team'] },
    ['logs:UntagLogGroup', ['log-group:g:log-stream:'], { 'aws:TagKeys': ['team'] }],
  ],
]);

table('Amazon EC2', ec2Operations as OperationTable<never>, [
  ['DescribeVpcs', {}, ['ec2:DescribeVpcs', ['*']]],
  ['CreateVpc', { CidrBlock: '10.0.0.0/16' }, ['ec2:CreateVpc', ['vpc/*']]],
  [
    'CreateSubnet',
    { VpcId: 'vpc-1', ...tagged('subnet') },
    ['ec2:CreateSubnet', ['subnet/*', 'vpc/vpc-1'], red],
    ['ec2:CreateTags', ['subnet/*'], { ...red, 'ec2:CreateAction': 'CreateSubnet' }],
  ],
  [
    'CreateNatGateway',
    { SubnetId: 'subnet-1', AllocationId: 'eipalloc-1' },
    ['ec2:CreateNatGateway', ['natgateway/*', 'subnet/subnet-1', 'elastic-ip/eipalloc-1']],
  ],
  [
    'AuthorizeSecurityGroupIngress',
    { GroupId: 'sg-1' },
    ['ec2:AuthorizeSecurityGroupIngress', ['security-group/sg-1']],
  ],
  ['DeleteSecurityGroup', { GroupName: 'g' }, ['ec2:DeleteSecurityGroup', ['security-group/*g']]],
  [
    'DeleteLaunchTemplate',
    { LaunchTemplateName: 'lt' },
    ['ec2:DeleteLaunchTemplate', ['launch-template/*lt']],
  ],
  ['CreateKeyPair', { KeyName: 'k' }, ['ec2:CreateKeyPair', ['key-pair/k']]],
  [
    'DeregisterImage',
    { ImageId: 'ami-1' },
    ['ec2:DeregisterImage', ['arn:aws:ec2:eu-west-1::image/ami-1']],
  ],
  ['TerminateInstances', { InstanceIds: [] }, ['ec2:TerminateInstances', ['*']]],
  [
    'RunInstances',
    {
      ImageId: 'ami-1',
      KeyName: 'k',
      SecurityGroupIds: ['sg-1'],
      IamInstanceProfile: { Name: 'p' },
      ...tagged('instance'),
    },
    [
      'ec2:RunInstances',
      [
        'instance/*',
        'network-interface/*',
        'volume/*',
        'arn:aws:ec2:eu-west-1::image/ami-1',
        'subnet/*',
        'security-group/sg-1',
        'key-pair/k',
      ],
      {
        'ec2:ImageID': 'ami-1',
        'ec2:KeyPairName': 'k',
        'ec2:InstanceProfile': 'arn:aws:iam::123456789012:instance-profile/p',
        ...red,
      },
    ],
    ['ec2:CreateTags', ['instance/*'], { ...red, 'ec2:CreateAction': 'RunInstances' }],
    ['iam:PassRole', ['instance-profile/p'], passed('ec2.amazonaws.com')],
  ],
  [
    'CreateTags',
    { Resources: ['vpc-1', 'sgr-1', 'x'], Tags: listed },
    ['ec2:CreateTags', ['vpc/vpc-1', 'security-group-rule/sgr-1', '*/x'], red],
  ],
]);

table('AWS IAM', iamOperations as OperationTable<never>, [
  ['GetRole', { RoleName: 'r' }, ['iam:GetRole', ['role/r']]],
  [
    'CreateRole',
    { RoleName: 'r', Path: '/a/', Tags: listed },
    ['iam:CreateRole', ['role/a/r'], red],
    ['iam:TagRole', ['role/a/r'], red],
  ],
  [
    'AttachRolePolicy',
    { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/P' },
    ['iam:AttachRolePolicy', ['role/r'], { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/P' }],
  ],
  [
    'AddRoleToInstanceProfile',
    { InstanceProfileName: 'p', RoleName: 'r' },
    ['iam:AddRoleToInstanceProfile', ['instance-profile/p']],
    ['iam:PassRole', ['role/r'], passed('ec2.amazonaws.com')],
  ],
  [
    'CreateServiceLinkedRole',
    { AWSServiceName: 'batch.amazonaws.com' },
    [
      'iam:CreateServiceLinkedRole',
      ['role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch'],
      { 'iam:AWSServiceName': 'batch.amazonaws.com' },
    ],
  ],
  [
    'UntagRole',
    { RoleName: 'r', TagKeys: ['team'] },
    ['iam:UntagRole', ['role/r'], { 'aws:TagKeys': ['team'] }],
  ],
  // The boundary is the creation's, not the tagging's.
  [
    'CreateUser',
    { UserName: 'u', Path: '/a/', Tags: listed, PermissionsBoundary: 'arn:aws:iam::aws:policy/P' },
    [
      'iam:CreateUser',
      ['user/a/u'],
      { ...red, 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/P' },
    ],
    ['iam:TagUser', ['user/a/u'], red],
  ],
  // Who names no user is the user.
  ['CreateAccessKey', {}, ['iam:CreateAccessKey', ['root']]],
  ['CreateAccessKey', { UserName: 'u' }, ['iam:CreateAccessKey', ['user/u']]],
  ['GetAccessKeyLastUsed', { AccessKeyId: 'AKIA' }, ['iam:GetAccessKeyLastUsed', ['user/*']]],
  // Leave for what it becomes is asked for when its path is found.
  [
    'UpdateUser',
    { UserName: 'u', NewUserName: 'v', NewPath: '/a/' },
    ['iam:UpdateUser', ['user/u']],
  ],
  [
    'PutRolePermissionsBoundary',
    { RoleName: 'r', PermissionsBoundary: 'arn:aws:iam::aws:policy/P' },
    [
      'iam:PutRolePermissionsBoundary',
      ['role/r'],
      { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/P' },
    ],
  ],
  [
    'AttachGroupPolicy',
    { GroupName: 'g', PolicyArn: 'arn:aws:iam::aws:policy/P' },
    ['iam:AttachGroupPolicy', ['group/g'], { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/P' }],
  ],
  ['AddUserToGroup', { GroupName: 'g', UserName: 'u' }, ['iam:AddUserToGroup', ['group/g']]],
  [
    'CreateOpenIDConnectProvider',
    { Url: 'https://id.example.com/x', Tags: listed },
    ['iam:CreateOpenIDConnectProvider', ['oidc-provider/id.example.com/x'], red],
    ['iam:TagOpenIDConnectProvider', ['oidc-provider/id.example.com/x'], red],
  ],
  ['GetAccountSummary', {}, ['iam:GetAccountSummary', ['*']]],
]);

table('Amazon EKS', eksOperations as OperationTable<never>, [
  ['ListClusters', {}, ['eks:ListClusters', ['*']]],
  ['DescribeCluster', { name: 'lab' }, ['eks:DescribeCluster', ['cluster/lab']]],
]);

const ofCluster = { 'ecs:cluster': 'arn:aws:ecs:eu-west-1:123456789012:cluster/c' };
table('Amazon ECS', ecsOperations as OperationTable<never>, [
  ['ListClusters', {}, ['ecs:ListClusters', ['*']]],
  ['DescribeClusters', { clusters: [] }, ['ecs:DescribeClusters', ['cluster/default']]],
  ['ListTasks', { cluster: 'c' }, ['ecs:ListTasks', ['*'], ofCluster]],
  ['DescribeTasks', { cluster: 'c', tasks: ['t'] }, ['ecs:DescribeTasks', ['task/c/t'], ofCluster]],
  [
    'DescribeContainerInstances',
    {
      cluster: 'c',
      containerInstances: ['i', 'arn:aws:ecs:eu-west-1:123456789012:container-instance/c/j'],
    },
    [
      'ecs:DescribeContainerInstances',
      ['container-instance/c/i', 'container-instance/c/j'],
      ofCluster,
    ],
  ],
  [
    'ExecuteCommand',
    { cluster: 'c', task: 'arn:aws:ecs:eu-west-1:123456789012:task/c/t', container: 'n' },
    [
      'ecs:ExecuteCommand',
      ['cluster/c', 'task/c/t'],
      {
        ...ofCluster,
        'ecs:task': 'arn:aws:ecs:eu-west-1:123456789012:task/c/t',
        'ecs:container-name': 'n',
      },
    ],
  ],
  [
    'DeregisterContainerInstance',
    { cluster: 'c' },
    ['ecs:DeregisterContainerInstance', ['cluster/c']],
  ],
]);

const whole = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf';
const named = (id: string) => ({ 'secretsmanager:SecretId': id });
table('AWS Secrets Manager', secretsManagerOperations as OperationTable<never>, [
  ['ListSecrets', {}, ['secretsmanager:ListSecrets', ['*']]],
  [
    'CreateSecret',
    { Name: 'db', Description: 'd', Tags: listed },
    [
      'secretsmanager:CreateSecret',
      ['secret:db-??????'],
      { 'secretsmanager:Name': 'db', 'secretsmanager:Description': 'd', ...red },
    ],
    [
      'secretsmanager:TagResource',
      ['secret:db-??????'],
      { 'secretsmanager:Name': 'db', 'secretsmanager:Description': 'd', ...red },
    ],
  ],
  [
    'GetSecretValue',
    { SecretId: 'db', VersionStage: 'AWSPREVIOUS' },
    [
      'secretsmanager:GetSecretValue',
      ['secret:db-??????'],
      { ...named('db'), 'secretsmanager:VersionStage': 'AWSPREVIOUS' },
    ],
  ],
  [
    'DeleteSecret',
    { SecretId: whole, ForceDeleteWithoutRecovery: true },
    [
      'secretsmanager:DeleteSecret',
      ['secret:db-AbCdEf'],
      { ...named(whole), 'secretsmanager:ForceDeleteWithoutRecovery': 'true' },
    ],
  ],
  [
    'BatchGetSecretValue',
    { SecretIdList: ['db'] },
    ['secretsmanager:BatchGetSecretValue', ['*']],
    ['secretsmanager:GetSecretValue', ['secret:db-??????'], named('db')],
  ],
  // What filters find is asked for once it is found.
  ['BatchGetSecretValue', { Filters: [] }, ['secretsmanager:BatchGetSecretValue', ['*']]],
]);

const parameter = 'arn:aws:ssm:eu-west-1:123456789012:parameter/a/b';
table('AWS Systems Manager', ssmOperations as OperationTable<never>, [
  ['DescribeParameters', {}, ['ssm:DescribeParameters', ['*']]],
  [
    'PutParameter',
    { Name: 'p', Overwrite: true },
    ['ssm:PutParameter', ['parameter/p'], { 'ssm:Overwrite': 'true' }],
  ],
  [
    'PutParameter',
    { Name: '/a/b', Tags: listed },
    ['ssm:PutParameter', ['parameter/a/b'], { 'ssm:Overwrite': 'false', ...red }],
    ['ssm:AddTagsToResource', ['parameter/a/b'], { 'ssm:Overwrite': 'false', ...red }],
  ],
  [
    'GetParameters',
    { Names: ['p:3', '/a/b:live', `${parameter}:2`] },
    ['ssm:GetParameters', ['parameter/p', 'parameter/a/b', 'parameter/a/b']],
  ],
  [
    'GetParametersByPath',
    { Path: '/a', Recursive: true },
    ['ssm:GetParametersByPath', ['parameter/a'], { 'ssm:Recursive': 'true' }],
  ],
  [
    'RemoveTagsFromResource',
    { ResourceType: 'Parameter', ResourceId: 'p', TagKeys: ['team'] },
    ['ssm:RemoveTagsFromResource', ['parameter/p'], { 'aws:TagKeys': ['team'] }],
  ],
]);

const ofCreator = { 'events:creatorAccount': '123456789012' };
table('Amazon EventBridge', eventsOperations as OperationTable<never>, [
  ['TestEventPattern', { EventPattern: '{}', Event: '{}' }, ['events:TestEventPattern', ['*']]],
  ['ListRules', {}, ['events:ListRules', ['*']]],
  [
    'CreateArchive',
    { ArchiveName: 'a', EventSourceArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/b' },
    ['events:CreateArchive', ['archive/a', 'event-bus/b']],
  ],
  [
    'StartReplay',
    {
      ReplayName: 'r',
      EventSourceArn: 'arn:aws:events:eu-west-1:123456789012:archive/a',
      Destination: { Arn: 'arn:aws:events:eu-west-1:123456789012:event-bus/b' },
    },
    ['events:StartReplay', ['replay/r', 'archive/a', 'event-bus/b']],
  ],
  ['DescribeConnection', { Name: 'c' }, ['events:DescribeConnection', ['connection/c']]],
  [
    'CreateApiDestination',
    { Name: 'd', ConnectionArn: 'arn:aws:events:eu-west-1:123456789012:connection/c/1' },
    ['events:CreateApiDestination', ['api-destination/d', 'connection/c/1']],
  ],
  ['DescribeEventBus', {}, ['events:DescribeEventBus', ['event-bus/default']]],
  [
    'CreateEventBus',
    { Name: 'b', Tags: listed },
    ['events:CreateEventBus', ['event-bus/b'], red],
    ['events:TagResource', ['event-bus/b'], { ...ofCreator, ...red }],
  ],
  [
    'PutEvents',
    {
      Entries: [
        { Source: 's', DetailType: 'd', EventBusName: 'b' },
        { EventBusName: 'arn:aws:events:eu-west-1:999999999999:event-bus/c' },
      ],
    },
    [
      'events:PutEvents',
      ['event-bus/b'],
      {
        'events:source': 's',
        'events:detail-type': 'd',
        'events:eventBusInvocation': 'false',
      },
    ],
    [
      'events:PutEvents',
      ['arn:aws:events:eu-west-1:999999999999:event-bus/c'],
      { 'events:eventBusInvocation': 'false' },
    ],
  ],
  ['PutPermission', { EventBusName: 'b' }, ['events:PutPermission', ['*']]],
  [
    'UntagResource',
    { ResourceARN: 'arn:aws:events:eu-west-1:123456789012:rule/r', TagKeys: ['team'] },
    ['events:UntagResource', ['rule/r'], { ...ofCreator, 'aws:TagKeys': ['team'] }],
  ],
  [
    'PutRule',
    {
      Name: 'r',
      EventPattern: '{"source":["a",{"prefix":"b"}],"detail":{"service":["c"]}}',
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Tags: listed,
    },
    [
      'events:PutRule',
      ['rule/r'],
      {
        ...ofCreator,
        'events:source': ['a', '{"prefix":"b"}'],
        'events:detail.service': ['c'],
        ...red,
      },
    ],
    ['events:TagResource', ['rule/r'], { ...ofCreator, ...red }],
    ['iam:PassRole', ['role/r'], passed('events.amazonaws.com')],
  ],
  [
    'PutRule',
    { Name: 'r', EventBusName: 'b', EventPattern: 'none' },
    ['events:PutRule', ['rule/b/r'], ofCreator],
  ],
  [
    'DeleteRule',
    { Name: 'r', EventBusName: 'arn:aws:events:eu-west-1:123456789012:event-bus/b' },
    ['events:DeleteRule', ['rule/b/r'], ofCreator],
  ],
  [
    'PutTargets',
    {
      Rule: 'r',
      Targets: [
        { Id: '1', Arn: 'a', RoleArn: 'arn:aws:iam::123456789012:role/r' },
        { Id: '2', Arn: 'b' },
      ],
    },
    ['events:PutTargets', ['rule/r'], { ...ofCreator, 'events:TargetArn': ['a', 'b'] }],
    ['iam:PassRole', ['role/r'], passed('events.amazonaws.com')],
  ],
]);

table('Amazon EventBridge Scheduler', schedulerOperations as OperationTable<never>, [
  [
    'CreateSchedule',
    { Name: 's', Target: { Arn: 'a', RoleArn: 'arn:aws:iam::123456789012:role/r' } },
    ['scheduler:CreateSchedule', ['schedule/default/s']],
    ['iam:PassRole', ['role/r'], passed('scheduler.amazonaws.com')],
  ],
  [
    'UpdateSchedule',
    {
      Name: 's',
      GroupName: 'g',
      Target: { Arn: 'a', RoleArn: 'arn:aws:iam::123456789012:role/r' },
    },
    ['scheduler:UpdateSchedule', ['schedule/g/s']],
    ['iam:PassRole', ['role/r'], passed('scheduler.amazonaws.com')],
  ],
  ['GetSchedule', { Name: 's', GroupName: 'g' }, ['scheduler:GetSchedule', ['schedule/g/s']]],
  ['DeleteSchedule', { Name: 's' }, ['scheduler:DeleteSchedule', ['schedule/default/s']]],
  ['ListSchedules', { GroupName: 'g' }, ['scheduler:ListSchedules', ['*']]],
  ['CreateScheduleGroup', { Name: 'g' }, ['scheduler:CreateScheduleGroup', ['schedule-group/g']]],
  [
    'CreateScheduleGroup',
    { Name: 'g', Tags: listed },
    ['scheduler:CreateScheduleGroup', ['schedule-group/g'], red],
    ['scheduler:TagResource', ['schedule-group/g'], red],
  ],
  [
    'DeleteScheduleGroup',
    { Name: 'g' },
    ['scheduler:DeleteScheduleGroup', ['schedule-group/g']],
    ['scheduler:DeleteSchedule', ['schedule/g/*']],
  ],
  [
    'UntagResource',
    { ResourceArn: 'arn:aws:scheduler:eu-west-1:123456789012:schedule-group/g', TagKeys: ['team'] },
    ['scheduler:UntagResource', ['schedule-group/g'], { 'aws:TagKeys': ['team'] }],
  ],
]);

table('operations of our own', longshoreOperations as OperationTable<never>, [
  ['BackUp', {}, ['longshore:BackUp', ['*']]],
  ['UpdateJob', { jobId: 'j', jobQueue: 'q' }, ['longshore:UpdateJob', ['job/j', 'job-queue/q']]],
  ['UpdateJob', { jobId: 'j' }, ['longshore:UpdateJob', ['job/j']]],
  ['ExplainJob', { jobId: 'j' }, ['batch:DescribeJobs', ['*']]],
  [
    'InterruptInstance',
    { instanceId: 'i-1' },
    ['ec2:SendSpotInstanceInterruptions', ['instance/i-1']],
  ],
  ['ValidateImage', { imageId: 'ami-1' }, ['ec2:DescribeImages', ['*']]],
  ['ValidateHost', { hostId: 'h' }, ['ecs:DescribeContainerInstances', ['container-instance/*/h']]],
]);
