// File systems of AWS that a volume names: EFS's and S3 Files' (the model's documentation of
// EFSVolumeConfiguration, EFSAuthorizationConfig and S3FilesVolumeConfiguration, and Amazon ECS's
// of the same). Whether a host can mount them is its engine's affair (engine/file-systems.ts).

import type { EFSVolumeConfiguration, S3FilesVolumeConfiguration } from '@aws-sdk/client-batch';
import { EFSAuthorizationConfigIAM, EFSTransitEncryption } from '@aws-sdk/client-batch';
import { partitionPattern } from '../../../base/partition.ts';
import { given, integerIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { needsPlatform14 } from './fargate.ts';

/** What of its job a volume is judged by. */
export interface MountingJob {
  /** `jobRoleArn`, or of a task `taskRoleArn`. */
  readonly roleArn: string | undefined;
  readonly isFargate: boolean;
  /** Of Fargate. */
  readonly platformVersion: string | undefined;
}

/** The id becomes a part of a DNS name. */
const efsForm = /^fs-[0-9a-z]{1,40}$/;
const accessPointForm = /^fsap-[0-9a-z]{1,40}$/;
const portMax = 65_535;

export function checkEfs(efs: EFSVolumeConfiguration, at: string, job: MountingJob): void {
  matches(
    given(efs.fileSystemId, `${at}.fileSystemId`),
    efsForm,
    `${at}.fileSystemId`,
    'the ID of an EFS file system, such as fs-0123456789abcdef0',
  );
  const encryption = oneOf(
    EFSTransitEncryption,
    efs.transitEncryption || undefined,
    `${at}.transitEncryption`,
  );
  integerIn(efs.transitEncryptionPort, 0, portMax, `${at}.transitEncryptionPort`);
  checkRoot(efs.rootDirectory, at);
  const { accessPointId, iam } = efs.authorizationConfig ?? {};
  const isEncrypted = encryption === 'ENABLED';
  if (accessPointId) {
    matches(
      accessPointId,
      accessPointForm,
      `${at}.authorizationConfig.accessPointId`,
      'the ID of an EFS access point, such as fsap-0123456789abcdef0',
    );
    refuseRoot(efs.rootDirectory, at, 'authorizationConfig.accessPointId');
    if (!isEncrypted)
      throw invalid(
        `${at}.transitEncryption must be ENABLED where authorizationConfig.accessPointId is specified`,
      );
  }
  oneOf(EFSAuthorizationConfigIAM, iam || undefined, `${at}.authorizationConfig.iam`);
  if (iam === 'ENABLED') {
    if (!isEncrypted)
      throw invalid(
        `${at}.transitEncryption must be ENABLED where authorizationConfig.iam is ENABLED`,
      );
    if (!job.roleArn)
      throw invalid(`${at}.authorizationConfig.iam requires that a job role is specified`);
  }
  if (job.isFargate) needsPlatform14(job.platformVersion, at);
}

const s3FilesArn = (resource: string): RegExp =>
  new RegExp(
    String.raw`^arn:(?:${partitionPattern}):s3files:[A-Za-z0-9-]{1,63}:\d{12}:file-system/${resource}$`,
  );
const fileSystemArnForm = s3FilesArn('fs-[0-9a-z]{1,40}');
const accessPointArnForm = s3FilesArn('fs-[0-9a-z]{1,40}/access-point/fsap-[0-9a-z]{1,40}');

export function checkS3Files(
  files: S3FilesVolumeConfiguration,
  at: string,
  job: MountingJob,
): void {
  const fileSystem = given(files.fileSystemArn, `${at}.fileSystemArn`);
  matches(
    fileSystem,
    fileSystemArnForm,
    `${at}.fileSystemArn`,
    'the ARN of an S3 Files file system, such as arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0',
  );
  integerIn(files.transitEncryptionPort, 0, portMax, `${at}.transitEncryptionPort`);
  checkRoot(files.rootDirectory, at);
  if (files.accessPointArn) {
    matches(
      files.accessPointArn,
      accessPointArnForm,
      `${at}.accessPointArn`,
      "the ARN of an S3 Files access point: the file system's, with /access-point/fsap-… behind it",
    );
    if (!files.accessPointArn.startsWith(`${fileSystem}/`))
      throw invalid(`${at}.accessPointArn is of another file system than ${at}.fileSystemArn`);
    refuseRoot(files.rootDirectory, at, 'accessPointArn');
  }
  // "Your task definition must include a Task IAM Role."
  if (!job.roleArn) throw invalid(`${at} requires that a job role is specified`);
  if (job.isFargate) needsPlatform14(job.platformVersion, at);
}

/** Empty is the root. */
function checkRoot(root: string | undefined, at: string): void {
  if (!root) return;
  matches(
    root,
    // oxlint-disable-next-line no-control-regex -- these are what a path may not have.
    /^\/[^\x00-\x1f\x7f]{0,4095}$/,
    `${at}.rootDirectory`,
    'an absolute path of up to 4,096 characters without control characters',
  );
  if (root.split('/').includes('..'))
    throw invalid(
      `${at}.rootDirectory must not hold '..': it names a directory of the file system`,
    );
}

function refuseRoot(root: string | undefined, at: string, member: string): void {
  if (root && root !== '/')
    throw invalid(
      `${at}.rootDirectory must be omitted or / where ${member} is specified: the access point has its own`,
    );
}
