// What the AWS Batch user guide tells its readers to put into files, as the chapters print it, for
// the tests that walk its tutorials. Only the account's number in image names is left as the guide
// has it.

import type { RegisterJobDefinitionCommandInput as Definition } from '@aws-sdk/client-batch';

/** Chapter "Array Jobs", the tutorial's colors.txt and print-color.sh. */
export const colors = ['red', 'orange', 'yellow', 'green', 'blue', 'indigo', 'violet'];
export const printColor = `#!/bin/sh
LINE=$((AWS_BATCH_JOB_ARRAY_INDEX + 1))
COLOR=$(sed -n \${LINE}p /tmp/colors.txt)
echo My favorite color of the rainbow is $COLOR.
`;
export const rainbow = colors.map((color) => `My favorite color of the rainbow is ${color}.`);

/** The tutorial's print-color-job-def.json. */
export const printColorJob = {
  jobName: 'print-color',
  jobQueue: 'first-run-job-queue',
  arrayProperties: { size: 7 },
  jobDefinition: 'print-color',
};

/** Chapter "Job Definitions", section "Example Job Definitions". */
export const exampleDefinitions = [
  {
    jobDefinitionName: 'fetch_and_run',
    type: 'container',
    containerProperties: {
      image: '012345678910.dkr.ecr.us-east-1.amazonaws.com/fetch_and_run',
      vcpus: 2,
      memory: 2000,
      command: ['myjob.sh', '60'],
      jobRoleArn: 'arn:aws:iam::012345678910:role/AWSBatchS3ReadOnly',
      environment: [
        { name: 'BATCH_FILE_S3_URL', value: 's3://my-batch-scripts/myjob.sh' },
        { name: 'BATCH_FILE_TYPE', value: 'script' },
      ],
      user: 'nobody',
    },
  },
  {
    jobDefinitionName: 'ffmpeg_parameters',
    type: 'container',
    parameters: { codec: 'mp4' },
    containerProperties: {
      image: 'my_repo/ffmpeg',
      vcpus: 2,
      memory: 2000,
      command: ['ffmpeg', '-i', 'Ref::inputfile', '-c', 'Ref::codec', '-o', 'Ref::outputfile'],
      jobRoleArn: 'arn:aws:iam::012345678910:role/ECSTask-S3FullAccess',
      user: 'nobody',
    },
  },
  {
    containerProperties: {
      image: 'tensorflow/tensorflow:1.8.0-devel-gpu',
      vcpus: 8,
      command: [
        'sh',
        '-c',
        'cd /tensorflow/tensorflow/examples/tutorials/mnist; python mnist_deep.py',
      ],
      memory: 32000,
    },
    type: 'container',
    jobDefinitionName: 'tensorflow_mnist_deep',
  },
] satisfies [Definition, Definition, Definition];

/** Chapter "CloudWatch Events IAM Role": the trust relationship, and what the role may do. */
export const eventsRole = {
  trust: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: '',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  },
  permissions: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['batch:SubmitJob'], Resource: '*' }],
  },
};

/** Chapter "Passing Event Information to an AWS Batch Target". */
export const echoParameters = {
  jobDefinitionName: 'echo-parameters',
  containerProperties: {
    image: 'busybox',
    vcpus: 2,
    memory: 2000,
    command: ['echo', 'Ref::S3bucket', 'Ref::S3key'],
  },
};
export const s3Transformer = {
  InputPathsMap: {
    S3BucketValue: '$.detail.requestParameters.bucketName',
    S3KeyValue: '$.detail.requestParameters.key',
  },
  InputTemplate: '{"Parameters" : {"S3bucket": <S3BucketValue>, "S3key": <S3KeyValue>}}',
};

/** "Tutorial: Listening for AWS Batch CloudWatch Events", step 2. */
export const allBatchEvents = { source: ['aws.batch'] };
/** "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events", step 2. */
export const failedJobs = {
  'detail-type': ['Batch Job State Change'],
  source: ['aws.batch'],
  detail: { status: ['FAILED'] },
};
