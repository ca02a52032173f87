// What the service authorization reference says of AWS Batch (September 2026).

import { training } from '../training.ts';
import { on, type Reference } from './reference.ts';

const at = 'arn:aws:batch:eu-west-1:123456789012';

export const batch: Reference = {
  types: {
    'compute-environment': 'arn:*:batch:*:*:compute-environment/*',
    'consumable-resource': 'arn:*:batch:*:*:consumable-resource/*',
    job: 'arn:*:batch:*:*:job/*',
    'job-definition': 'arn:*:batch:*:*:job-definition/*',
    'job-definition-revision': 'arn:*:batch:*:*:job-definition/*:*',
    'job-queue': 'arn:*:batch:*:*:job-queue/*',
    'quota-share': 'arn:*:batch:*:*:job-queue/*/quota-share/*',
    'scheduling-policy': 'arn:*:batch:*:*:scheduling-policy/*',
    'service-environment': 'arn:*:batch:*:*:service-environment/*',
    'service-job': 'arn:*:batch:*:*:service-job/*',
  },
  actions: {
    CancelJob: on('job*'),
    CreateComputeEnvironment: on(
      'compute-environment*',
      'aws:RequestTag aws:TagKeys batch:ComputeResourcesTag batch:ComputeResourcesTagKeys',
    ),
    CreateConsumableResource: on('consumable-resource*', 'aws:RequestTag aws:TagKeys'),
    CreateJobQueue: on(
      'job-queue* compute-environment scheduling-policy service-environment',
      'aws:RequestTag aws:TagKeys',
    ),
    CreateQuotaShare: on('job-queue* quota-share*', 'aws:RequestTag aws:TagKeys'),
    CreateSchedulingPolicy: on('scheduling-policy*', 'aws:RequestTag aws:TagKeys'),
    CreateServiceEnvironment: on('service-environment*', 'aws:RequestTag aws:TagKeys'),
    DeleteComputeEnvironment: on('compute-environment*'),
    DeleteConsumableResource: on('consumable-resource*'),
    DeleteJobQueue: on('job-queue*'),
    DeleteQuotaShare: on('quota-share*'),
    DeleteSchedulingPolicy: on('scheduling-policy*'),
    DeleteServiceEnvironment: on('service-environment*'),
    DeregisterJobDefinition: on('job-definition-revision*'),
    DescribeComputeEnvironments: on(),
    DescribeConsumableResource: on('consumable-resource*'),
    DescribeJobDefinitions: on(),
    DescribeJobQueues: on(),
    DescribeJobs: on(),
    DescribeQuotaShare: on('quota-share*'),
    DescribeSchedulingPolicies: on(),
    DescribeServiceEnvironments: on(),
    DescribeServiceJob: on(),
    GetJobQueueSnapshot: on('job-queue*'),
    ListConsumableResources: on(),
    ListJobs: on(),
    ListJobsByConsumableResource: on('consumable-resource*'),
    ListQuotaShares: on('job-queue*'),
    ListSchedulingPolicies: on(),
    ListServiceJobs: on(),
    ListTagsForResource: on(
      'compute-environment consumable-resource job job-definition-revision job-queue quota-share scheduling-policy service-environment service-job',
    ),
    RegisterJobDefinition: on(
      'job-definition* consumable-resource',
      'aws:RequestTag aws:TagKeys batch:AWSLogsCreateGroup batch:AWSLogsGroup batch:AWSLogsRegion batch:AWSLogsStreamPrefix batch:EKSImage batch:EKSNamespace batch:EKSPrivileged batch:EKSRunAsGroup batch:EKSRunAsUser batch:EKSServiceAccountName batch:Image batch:LogDriver batch:Privileged batch:User',
    ),
    SetCapacityTags: on('compute-environment*', 'aws:RequestTag aws:TagKeys'),
    SubmitJob: on(
      'job* job-queue* consumable-resource job-definition job-definition-revision',
      'aws:RequestTag aws:TagKeys batch:EKSImage batch:EKSNamespace batch:ShareIdentifier',
    ),
    SubmitServiceJob: on(
      'service-job* job-queue* quota-share',
      'aws:RequestTag aws:TagKeys batch:SchedulingPriority batch:ShareIdentifier',
    ),
    TagResource: on(
      'compute-environment consumable-resource job job-definition-revision job-queue quota-share scheduling-policy service-environment service-job',
      'aws:RequestTag aws:TagKeys',
    ),
    TerminateJob: on('job*'),
    TerminateServiceJob: on('service-job*'),
    UntagResource: on(
      'compute-environment consumable-resource job job-definition-revision job-queue quota-share scheduling-policy service-environment service-job',
      'aws:TagKeys',
    ),
    UpdateComputeEnvironment: on(
      'compute-environment*',
      'batch:ComputeResourcesTag batch:ComputeResourcesTagKeys',
    ),
    UpdateConsumableResource: on('consumable-resource*'),
    UpdateJobQueue: on('job-queue* compute-environment scheduling-policy'),
    UpdateQuotaShare: on('quota-share*'),
    UpdateSchedulingPolicy: on('scheduling-policy*'),
    UpdateServiceEnvironment: on('service-environment*'),
    UpdateServiceJob: on('service-job*', 'batch:SchedulingPriority'),
  },
  operations: {
    CancelJobs: 'batch:CancelJob',
    TerminateJobs: 'batch:TerminateJob',
    TerminateServiceJobs: 'batch:TerminateServiceJob',
    CreateServiceEnvironment: 'batch:CreateServiceEnvironment batch:TagResource',
    SubmitServiceJob: 'batch:SubmitServiceJob batch:TagResource iam:PassRole',
    CreateComputeEnvironment:
      'batch:CreateComputeEnvironment batch:SetCapacityTags batch:TagResource iam:PassRole',
    CreateConsumableResource: 'batch:CreateConsumableResource batch:TagResource',
    CreateJobQueue: 'batch:CreateJobQueue batch:TagResource',
    CreateQuotaShare: 'batch:CreateQuotaShare batch:TagResource',
    CreateSchedulingPolicy: 'batch:CreateSchedulingPolicy batch:TagResource',
    RegisterJobDefinition: 'batch:RegisterJobDefinition batch:TagResource iam:PassRole',
    SubmitJob: 'batch:SubmitJob batch:TagResource',
    UpdateComputeEnvironment: 'batch:UpdateComputeEnvironment batch:SetCapacityTags iam:PassRole',
  },
  members: {
    arn: `${at}:scheduling-policy/p`,
    arns: [`${at}:scheduling-policy/p`],
    quotaShareArn: `${at}:job-queue/q/quota-share/s`,
    resourceArn: `${at}:job-queue/q`,
    schedulingPolicyArn: `${at}:scheduling-policy/p`,
    jobDefinition: 'd:1',
    serviceRequestPayload: JSON.stringify(training),
    options: {
      'awslogs-group': 'g',
      'awslogs-region': 'eu-west-1',
      'awslogs-create-group': 'true',
      'awslogs-stream-prefix': 'p',
    },
  },
  deviations: {
    'CreateComputeEnvironment asks for eks:DescribeCluster':
      "The API reference says so: the caller's own leave to look at the cluster.",
    '* iam:PassRole on instance-profile':
      'An instance profile stands for the role in it, which IAM resolves (ADR 0027).',
    '* iam:PassRole without iam:AssociatedResourceArn': 'What gets the role is not made yet.',
    'RegisterJobDefinition: batch:TagResource on job-definition':
      'The revision is still to be made (ADR 0033).',
    'SubmitJob: batch:SubmitJob on no job':
      "The guide's policies do not name it, and would permit nothing (ADR 0027).",
    'SubmitServiceJob: batch:SubmitServiceJob on no service-job':
      'It has no id yet, as a job has none (ADR 0027).',
  },
};
