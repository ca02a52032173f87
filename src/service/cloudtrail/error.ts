// The errors of CloudTrail by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';

const error =
  (name: string) =>
  (message: string): AwsError =>
    new AwsError(name, 400, message);

export const invalidLookupAttributes = error('InvalidLookupAttributesException');
export const invalidMaxResults = error('InvalidMaxResultsException');
export const invalidNextToken = (): AwsError =>
  error('InvalidNextTokenException')('Invalid token: it is not one that this list gave.');
export const invalidEventCategory = error('InvalidEventCategoryException');
export const invalidTimeRange = error('InvalidTimeRangeException');

export const invalidTrailName = error('InvalidTrailNameException');
export const invalidArn = error('CloudTrailARNInvalidException');
export const invalidBucketName = error('InvalidS3BucketNameException');
export const invalidPrefix = error('InvalidS3PrefixException');
export const invalidCombination = error('InvalidParameterCombinationException');
export const invalidSelectors = error('InvalidEventSelectorsException');
export const invalidTags = error('InvalidTagParameterException');
export const notSupported = error('UnsupportedOperationException');
export const trailExists = (name: string, account: string): AwsError =>
  error('TrailAlreadyExistsException')(`Trail ${name} already exists for customer: ${account}`);
export const trailNotFound = (arn: string, account: string): AwsError =>
  error('TrailNotFoundException')(`Unknown trail: ${arn} for the user: ${account}`);
export const tooManyTrails = (account: string, most: number): AwsError =>
  error('MaximumNumberOfTrailsExceededException')(
    `User: ${account} already has ${most} trails in this region.`,
  );
export const tooManyTags = error('TagsLimitExceededException');
export const notItsHome = (home: string): AwsError =>
  error('InvalidHomeRegionException')(`Trails are changed in their home region, ${home}.`);
export const noBucket = (bucket: string): AwsError =>
  error('S3BucketDoesNotExistException')(`S3 bucket ${bucket} does not exist!`);
export const noPlace = (): AwsError =>
  error('S3BucketDoesNotExistException')(
    'This server delivers nowhere: start it with --trail-dir or --s3-endpoint',
  );
export const bucketOutOfReach = (bucket: string, why: string): AwsError =>
  error('InsufficientS3BucketPolicyException')(`S3 bucket ${bucket} cannot be reached: ${why}`);
export const noInsight = (arn: string): AwsError =>
  error('InsightNotEnabledException')(`Trail ${arn} does not have Insights enabled.`);
