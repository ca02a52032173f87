// What a nearly full disk refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grows } from './growth.ts';

test('what keeps more is told from what reads, ends and gives back', () => {
  for (const name of [
    'SubmitJob',
    'RegisterJobDefinition',
    'CreateJobQueue',
    'PutLogEvents',
    'CreateLogGroup',
    'RunInstances',
    'CreateTags',
    'TagResource',
    'CreateRole',
    'StartInstances',
    'RegisterContainerInstance',
  ])
    assert(grows(name), name);
  for (const name of [
    'DescribeJobs',
    'ListJobs',
    'GetLogEvents',
    'FilterLogEvents',
    'CancelJob',
    'TerminateJob',
    'DeleteJobQueue',
    'UpdateComputeEnvironment',
    'DeregisterJobDefinition',
    'PutRetentionPolicy',
    'TerminateInstances',
    'GetCallerIdentity',
    'UntagResource',
  ])
    assert(!grows(name), name);
});
