// Policies that AWS keeps itself and that Batch's users meet: those of the user guide, as it prints
// them, and a few that its roles carry. Any of AWS's policies can be attached by its ARN; of these
// the document can be read as well. Nobody can change them.

import type { Policy } from '../resources.ts';
import { accessPolicies } from './access-policies.ts';
import { batchServiceRolePolicy } from './batch-service-role-policy.ts';
import { each, statement } from './managed-statement.ts';

const pull = each(
  'ecr',
  'GetAuthorizationToken',
  'BatchCheckLayerAvailability',
  'GetDownloadUrlForLayer',
  'BatchGetImage',
);
const writeLogs = each('logs', 'CreateLogStream', 'PutLogEvents');
const spotFleet = each(
  'ec2',
  'DescribeImages',
  'DescribeSubnets',
  'RequestSpotInstances',
  'TerminateInstances',
);
const passToEc2 = statement(['iam:PassRole'], '*', {
  Condition: {
    StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
  },
});

const documents: Readonly<Record<string, readonly object[]>> = {
  AWSBatchFullAccess: [
    statement([
      'batch:*',
      'cloudwatch:GetMetricStatistics',
      ...each('ec2', 'DescribeSubnets', 'DescribeSecurityGroups', 'DescribeKeyPairs'),
      'ecs:DescribeClusters',
      'ecs:Describe*',
      'ecs:List*',
      ...each('logs', 'Describe*', 'Get*', 'TestMetricFilter', 'FilterLogEvents'),
      'iam:ListInstanceProfiles',
      'iam:ListRoles',
    ]),
    statement(
      ['iam:PassRole'],
      [
        'AWSBatchServiceRole',
        'ecsInstanceRole',
        'iaws-ec2-spot-fleet-role',
        'aws-ec2-spot-fleet-role',
        'AWSBatchJobRole*',
      ].map((role) => `arn:aws:iam::*:role/${role}`),
    ),
  ],
  'aws-service-role/BatchServiceRolePolicy': batchServiceRolePolicy,
  'service-role/AWSBatchServiceEventTargetRole': [statement(['batch:SubmitJob'])],
  ...accessPolicies,
  'service-role/AWSBatchServiceRole': [
    statement([
      ...each(
        'ec2',
        'DescribeAccountAttributes',
        'DescribeInstances',
        'DescribeSubnets',
        'DescribeSecurityGroups',
        'DescribeKeyPairs',
        'DescribeImages',
        'DescribeImageAttribute',
        'DescribeSpotFleetInstances',
      ),
      ...each(
        'ec2',
        'DescribeSpotFleetRequests',
        'DescribeSpotPriceHistory',
        'RequestSpotFleet',
        'CancelSpotFleetRequests',
        'ModifySpotFleetRequest',
        'TerminateInstances',
      ),
      ...each(
        'autoscaling',
        'DescribeAccountLimits',
        'DescribeAutoScalingGroups',
        'DescribeLaunchConfigurations',
        'DescribeAutoScalingInstances',
        'CreateLaunchConfiguration',
        'CreateAutoScalingGroup',
      ),
      ...each(
        'autoscaling',
        'UpdateAutoScalingGroup',
        'SetDesiredCapacity',
        'DeleteLaunchConfiguration',
        'DeleteAutoScalingGroup',
        'CreateOrUpdateTags',
        'SuspendProcesses',
        'PutNotificationConfiguration',
      ),
      'autoscaling:TerminateInstanceInAutoScalingGroup',
      ...each(
        'ecs',
        'DescribeClusters',
        'DescribeContainerInstances',
        'DescribeTaskDefinitions',
        'DescribeTasks',
        'ListClusters',
        'ListContainerInstances',
        'ListTaskDefinitionFamilies',
        'ListTaskDefinitions',
      ),
      ...each(
        'ecs',
        'ListTasks',
        'CreateCluster',
        'DeleteCluster',
        'RegisterTaskDefinition',
        'DeregisterTaskDefinition',
        'RunTask',
        'StartTask',
        'StopTask',
        'UpdateContainerAgent',
        'DeregisterContainerInstance',
      ),
      'logs:CreateLogGroup',
      ...writeLogs,
      'logs:DescribeLogGroups',
      'iam:GetInstanceProfile',
      'iam:PassRole',
    ]),
  ],
  'service-role/AmazonEC2ContainerServiceforEC2Role': [
    statement([
      'ec2:DescribeTags',
      ...each(
        'ecs',
        'CreateCluster',
        'DeregisterContainerInstance',
        'DiscoverPollEndpoint',
        'Poll',
        'RegisterContainerInstance',
        'StartTelemetrySession',
        'UpdateContainerInstancesState',
        'Submit*',
      ),
      ...pull,
      ...writeLogs,
    ]),
  ],
  'service-role/AmazonECSTaskExecutionRolePolicy': [statement([...pull, ...writeLogs])],
  // The older one lets a fleet launch and not tag (user guide, Amazon EC2 Spot Fleet Role).
  'service-role/AmazonEC2SpotFleetRole': [statement(spotFleet), passToEc2],
  'service-role/AmazonEC2SpotFleetTaggingRole': [
    statement([
      ...spotFleet,
      ...each('ec2', 'DescribeInstanceStatus', 'CreateTags', 'RunInstances'),
    ]),
    passToEc2,
  ],
};

/** When AWS Batch began; AWS's own dates differ by policy and change. */
const createdAtMs = Date.UTC(2016, 11, 1);

const byPath: ReadonlyMap<string, Policy> = new Map(
  Object.entries(documents).map(([place, Statement]) => [place, policyAt(place, Statement)]),
);

function policyAt(place: string, Statement: readonly object[]): Policy {
  const cut = place.lastIndexOf('/') + 1;
  const name = place.slice(cut);
  const version = {
    id: 'v1',
    document: JSON.stringify({ Version: '2012-10-17', Statement }),
    createdAtMs,
  };
  return {
    name,
    id: `ANPA${name.toUpperCase().slice(0, 17).padEnd(17, '0')}`,
    path: `/${place.slice(0, cut)}`,
    createdAtMs,
    updatedAtMs: createdAtMs,
    tags: {},
    versions: [version],
    defaultVersion: 'v1',
    versionsMade: 1,
  };
}

const arnForm = /^arn:[^:]+:iam::aws:policy\/(.+)$/;

/** By ARN; undefined where it is none of AWS's, or one that is not read here. */
export const managedPolicy = (arn: string): Policy | undefined =>
  byPath.get(arnForm.exec(arn)?.[1] ?? '');

export const managedPolicies: readonly Policy[] = [...byPath.values()];
