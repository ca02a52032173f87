// What the service authorization reference says of AWS Systems Manager (September 2026). Of its
// resources parameters alone are here.

import { on, type Reference } from './reference.ts';

export const ssm: Reference = {
  types: {
    association: 'arn:*:ssm:*:*:association/*',
    'automation-execution': 'arn:*:ssm:*:*:automation-execution/*',
    'cloud-connector': 'arn:*:ssm:*:*:cloud-connector/*',
    document: 'arn:*:ssm:*:*:document/*',
    instance: 'arn:*:ec2:*:*:instance/*',
    maintenancewindow: 'arn:*:ssm:*:*:maintenancewindow/*',
    'managed-instance': 'arn:*:ssm:*:*:managed-instance/*',
    opsitem: 'arn:*:ssm:*:*:opsitem/*',
    opsmetadata: 'arn:*:ssm:*:*:opsmetadata/*',
    parameter: 'arn:*:ssm:*:*:parameter/*',
    patchbaseline: 'arn:*:ssm:*:*:patchbaseline/*',
    task: 'arn:*:ecs:*:*:task/*',
  },
  actions: {
    AddTagsToResource: on(
      'association automation-execution cloud-connector document instance maintenancewindow managed-instance opsitem opsmetadata parameter patchbaseline task',
      'aws:RequestTag aws:TagKeys',
    ),
    DeleteParameter: on('parameter*'),
    DeleteParameters: on('parameter*'),
    DescribeParameters: on(),
    GetParameter: on('parameter*'),
    GetParameterHistory: on('parameter*'),
    GetParameters: on('parameter*'),
    GetParametersByPath: on('parameter*', 'ssm:Recursive'),
    LabelParameterVersion: on('parameter*'),
    ListTagsForResource: on(
      'association automation-execution cloud-connector document maintenancewindow managed-instance opsitem opsmetadata parameter patchbaseline',
    ),
    PutParameter: on('parameter*', 'aws:RequestTag aws:TagKeys ssm:Overwrite ssm:Policies'),
    RemoveTagsFromResource: on(
      'association automation-execution cloud-connector document instance maintenancewindow managed-instance opsitem opsmetadata parameter patchbaseline task',
      'aws:TagKeys',
    ),
    UnlabelParameterVersion: on('parameter*'),
  },
  operations: {
    PutParameter: 'ssm:PutParameter ssm:AddTagsToResource',
  },
  members: {},
  deviations: {
    '* without ssm:Policies': 'Policies of parameters are refused.',
    'PutParameter: ssm:AddTagsToResource with ssm:Overwrite': 'It is a word of the same request.',
  },
};
