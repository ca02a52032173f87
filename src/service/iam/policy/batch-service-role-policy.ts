// What AWS's BatchServiceRolePolicy, which the service-linked role of Batch carries, permits. Here
// nothing goes by it but who reads it.

import { each, statement } from './managed-statement.ts';

/** Tags of AWS's own by which Batch knows what it has made. */
const ofBatch = (key: 'RequestTag' | 'ResourceTag') => ({
  Condition: { Null: { [`aws:${key}/AWSBatchServiceTag`]: 'false' } },
});
const whereEquals = (key: string, values: readonly string[]) => ({
  Condition: { StringEquals: { [key]: values } },
});

const statements: readonly object[] = [
  statement([
    ...each(
      'ec2',
      'DescribeAccountAttributes',
      'DescribeInstances',
      'DescribeInstanceStatus',
      'DescribeInstanceAttribute',
      'DescribeSubnets',
      'DescribeSecurityGroups',
      'DescribeKeyPairs',
      'DescribeImages',
      'DescribeImageAttribute',
      'DescribeSpotInstanceRequests',
      'DescribeSpotFleetInstances',
      'DescribeSpotFleetRequests',
      'DescribeSpotPriceHistory',
      'DescribeSpotFleetRequestHistory',
      'DescribeVpcClassicLink',
      'DescribeLaunchTemplateVersions',
      'RequestSpotFleet',
    ),
    ...each(
      'autoscaling',
      'DescribeAccountLimits',
      'DescribeAutoScalingGroups',
      'DescribeLaunchConfigurations',
      'DescribeAutoScalingInstances',
      'DescribeScalingActivities',
    ),
    'eks:DescribeCluster',
    ...each(
      'ecs',
      'DescribeCapacityProviders',
      'DescribeClusters',
      'DescribeContainerInstances',
      'DescribeTaskDefinition',
      'DescribeTasks',
      'ListClusters',
      'ListContainerInstances',
      'ListTaskDefinitionFamilies',
      'ListTaskDefinitions',
      'ListTasks',
      'DeregisterTaskDefinition',
      'TagResource',
      'ListAccountSettings',
    ),
    'logs:DescribeLogGroups',
    ...each('iam', 'GetInstanceProfile', 'GetRole'),
  ]),
  statement(
    each('logs', 'CreateLogGroup', 'CreateLogStream'),
    'arn:aws:logs:*:*:log-group:/aws/batch/job*',
  ),
  statement(['logs:PutLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/batch/job*:log-stream:*'),
  statement(['autoscaling:CreateOrUpdateTags'], '*', ofBatch('RequestTag')),
  statement(
    ['iam:PassRole'],
    ['*'],
    whereEquals('iam:PassedToService', [
      'ec2.amazonaws.com',
      'ec2.amazonaws.com.cn',
      'ecs.amazonaws.com',
      'ecs-tasks.amazonaws.com',
    ]),
  ),
  statement(
    ['iam:CreateServiceLinkedRole'],
    '*',
    whereEquals('iam:AWSServiceName', [
      'spot.amazonaws.com',
      'spotfleet.amazonaws.com',
      'autoscaling.amazonaws.com',
      'ecs.amazonaws.com',
      'ecs-compute.amazonaws.com',
    ]),
  ),
  statement(['ec2:CreateLaunchTemplate'], '*', ofBatch('RequestTag')),
  statement(
    each(
      'ec2',
      'TerminateInstances',
      'CancelSpotFleetRequests',
      'ModifySpotFleetRequest',
      'DeleteLaunchTemplate',
    ),
    '*',
    ofBatch('ResourceTag'),
  ),
  statement(
    each('autoscaling', 'CreateLaunchConfiguration', 'DeleteLaunchConfiguration'),
    'arn:aws:autoscaling:*:*:launchConfiguration:*:launchConfigurationName/AWSBatch*',
  ),
  statement(
    each(
      'autoscaling',
      'CreateAutoScalingGroup',
      'UpdateAutoScalingGroup',
      'SetDesiredCapacity',
      'DeleteAutoScalingGroup',
      'SuspendProcesses',
      'PutNotificationConfiguration',
      'TerminateInstanceInAutoScalingGroup',
    ),
    'arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/AWSBatch*',
  ),
  statement(
    each(
      'ecs',
      'DeleteCluster',
      'DeregisterContainerInstance',
      'PutClusterCapacityProviders',
      'RunTask',
      'StartTask',
      'StopTask',
      'UpdateCluster',
    ),
    'arn:aws:ecs:*:*:cluster/AWSBatch*',
  ),
  statement(each('ecs', 'RunTask', 'StartTask', 'StopTask'), 'arn:aws:ecs:*:*:task-definition/*'),
  statement(['ecs:StopTask'], 'arn:aws:ecs:*:*:task/*/*'),
  statement(each('ecs', 'CreateCluster', 'RegisterTaskDefinition'), '*', ofBatch('RequestTag')),
  statement(
    ['ec2:RunInstances'],
    [
      'arn:aws:ec2:*::image/*',
      'arn:aws:ec2:*::snapshot/*',
      ...[
        'subnet',
        'network-interface',
        'security-group',
        'volume',
        'key-pair',
        'launch-template',
        'placement-group',
        'capacity-reservation',
        'elastic-gpu',
      ].map((type) => `arn:aws:ec2:*:*:${type}/*`),
      'arn:aws:elastic-inference:*:*:elastic-inference-accelerator/*',
      'arn:aws:resource-groups:*:*:group/*',
    ],
  ),
  statement(['ec2:RunInstances'], 'arn:aws:ec2:*:*:instance/*', ofBatch('RequestTag')),
  statement(
    ['ec2:CreateTags'],
    ['*'],
    whereEquals('ec2:CreateAction', ['RunInstances', 'CreateLaunchTemplate', 'RequestSpotFleet']),
  ),
  statement(
    each('ecs', 'CreateCapacityProvider', 'UpdateCapacityProvider', 'DeleteCapacityProvider'),
    'arn:aws:ecs:*:*:capacity-provider/AWSBatch*',
  ),
  statement(each('ecs', 'TagResource', 'UntagResource'), [
    'arn:aws:ecs:*:*:capacity-provider/AWSBatch*',
  ]),
];

export const batchServiceRolePolicy: readonly object[] = statements.map((one, at) => ({
  Sid: `AWSBatchPolicyStatement${at + 1}`,
  ...one,
}));
