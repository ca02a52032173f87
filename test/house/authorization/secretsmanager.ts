// What the service authorization reference says of AWS Secrets Manager (September 2026). Keys that
// tell of what a secret is already are not listed.

import { on, type Reference } from './reference.ts';

export const secretsmanager: Reference = {
  types: {
    Secret: 'arn:*:secretsmanager:*:*:secret:*',
  },
  actions: {
    BatchGetSecretValue: on(),
    CreateSecret: on(
      'Secret*',
      'aws:RequestTag aws:TagKeys secretsmanager:AddReplicaRegions secretsmanager:Description secretsmanager:ForceOverwriteReplicaSecret secretsmanager:KmsKeyArn secretsmanager:KmsKeyId secretsmanager:Name secretsmanager:Type',
    ),
    DeleteSecret: on(
      'Secret*',
      'secretsmanager:ForceDeleteWithoutRecovery secretsmanager:RecoveryWindowInDays secretsmanager:SecretId',
    ),
    DescribeSecret: on('Secret*', 'secretsmanager:SecretId'),
    GetRandomPassword: on(),
    GetResourcePolicy: on('Secret*', 'secretsmanager:SecretId'),
    GetSecretValue: on(
      'Secret*',
      'secretsmanager:SecretId secretsmanager:VersionId secretsmanager:VersionStage',
    ),
    ListSecretVersionIds: on('Secret*', 'secretsmanager:SecretId'),
    ListSecrets: on(),
    PutSecretValue: on('Secret*', 'secretsmanager:SecretId'),
    RestoreSecret: on('Secret*', 'secretsmanager:SecretId'),
    TagResource: on('Secret*', 'aws:RequestTag aws:TagKeys secretsmanager:SecretId'),
    UntagResource: on('Secret*', 'aws:TagKeys secretsmanager:SecretId'),
    UpdateSecret: on(
      'Secret*',
      'secretsmanager:Description secretsmanager:KmsKeyArn secretsmanager:KmsKeyId secretsmanager:SecretId secretsmanager:Type',
    ),
    UpdateSecretVersionStage: on('Secret*', 'secretsmanager:SecretId secretsmanager:VersionStage'),
  },
  operations: {
    BatchGetSecretValue: 'secretsmanager:BatchGetSecretValue secretsmanager:GetSecretValue',
    CreateSecret: 'secretsmanager:CreateSecret secretsmanager:TagResource',
  },
  members: {},
  deviations: {
    'BatchGetSecretValue: secretsmanager:GetSecretValue without *':
      'It gets current values, and names no version.',
    'CreateSecret: secretsmanager:CreateSecret without *':
      'Keys are named by ID; what tells the others is refused.',
    'CreateSecret: secretsmanager:TagResource with *': 'They are words of the same request.',
    'CreateSecret: secretsmanager:TagResource without secretsmanager:SecretId':
      'The secret is still to be made: its name is told.',
    'UpdateSecret: secretsmanager:UpdateSecret without secretsmanager:KmsKeyArn':
      'Keys are named by ID.',
    'UpdateSecret: secretsmanager:UpdateSecret without secretsmanager:Type':
      'What tells it is refused.',
  },
};
