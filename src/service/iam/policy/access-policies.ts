// AWS's policies for people, as far as they are known here in full: whoever gives users leave by
// AWS's own names finds what they know.

import { each, statement } from './managed-statement.ts';

const serviceLinkedRoleOf = (...services: string[]) =>
  statement(['iam:CreateServiceLinkedRole'], '*', {
    Condition: {
      StringEquals: { 'iam:AWSServiceName': services.map((one) => `${one}.amazonaws.com`) },
    },
  });

export const accessPolicies: Readonly<Record<string, readonly object[]>> = {
  AdministratorAccess: [statement(['*'])],
  AWSDenyAll: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    statement([
      ...each(
        'account',
        'GetAccountInformation',
        'GetGovCloudAccountInformation',
        'GetPrimaryEmail',
        'ListRegions',
      ),
      ...each('iam', 'CreateServiceLinkedRole', 'DeleteServiceLinkedRole', 'ListRoles'),
      ...each('organizations', 'DescribeEffectivePolicy', 'DescribeOrganization'),
    ]),
  ],
  IAMFullAccess: [
    statement([
      'iam:*',
      ...each(
        'organizations',
        'DescribeAccount',
        'DescribeOrganization',
        'DescribeOrganizationalUnit',
        'DescribePolicy',
        'ListChildren',
        'ListParents',
        'ListPoliciesForTarget',
        'ListRoots',
        'ListPolicies',
        'ListTargetsForPolicy',
      ),
    ]),
  ],
  IAMReadOnlyAccess: [
    statement(
      each(
        'iam',
        'GenerateCredentialReport',
        'GenerateServiceLastAccessedDetails',
        'Get*',
        'List*',
        'SimulateCustomPolicy',
        'SimulatePrincipalPolicy',
      ),
    ),
  ],
  AmazonEC2FullAccess: [
    statement(['ec2:*']),
    statement(['elasticloadbalancing:*']),
    statement(['cloudwatch:*']),
    statement(['autoscaling:*']),
    serviceLinkedRoleOf(
      'autoscaling',
      'ec2scheduled',
      'elasticloadbalancing',
      'spot',
      'spotfleet',
      'transitgateway',
    ),
  ],
  CloudWatchLogsFullAccess: [
    statement([
      'logs:*',
      ...each('cloudwatch', 'GenerateQuery', 'GenerateQueryResultsSummary'),
      ...each(
        'observabilityadmin',
        'GetS3TableIntegration',
        'ListS3TableIntegrations',
        'ListTelemetryPipelines',
      ),
    ]),
  ],
  AmazonSSMReadOnlyAccess: [statement(each('ssm', 'Describe*', 'Get*', 'List*'))],
  SecretsManagerReadWrite: [
    statement([
      'secretsmanager:*',
      ...each(
        'cloudformation',
        'CreateChangeSet',
        'DescribeChangeSet',
        'DescribeStackResource',
        'DescribeStacks',
        'ExecuteChangeSet',
      ),
      ...each('docdb-elastic', 'GetCluster', 'ListClusters'),
      ...each('ec2', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs'),
      ...each('kms', 'DescribeKey', 'ListAliases', 'ListKeys'),
      'lambda:ListFunctions',
      ...each('rds', 'DescribeDBClusters', 'DescribeDBInstances'),
      'redshift:DescribeClusters',
      ...each('redshift-serverless', 'ListWorkgroups', 'GetNamespace'),
      'tag:GetResources',
    ]),
    statement(
      each(
        'lambda',
        'AddPermission',
        'CreateFunction',
        'GetFunction',
        'InvokeFunction',
        'UpdateFunctionConfiguration',
      ),
      'arn:aws:lambda:*:*:function:SecretsManager*',
    ),
    statement(
      each('serverlessrepo', 'CreateCloudFormationChangeSet', 'GetApplication'),
      'arn:aws:serverlessrepo:*:*:applications/SecretsManager*',
    ),
    statement(
      ['s3:GetObject'],
      ['arn:aws:s3:::awsserverlessrepo-changesets*', 'arn:aws:s3:::secrets-manager-sar-apps*/*'],
    ),
  ],
};
