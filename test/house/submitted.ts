// A job as it was submitted, for tests that fold it into a world by themselves: what it has whoever
// it is.

import { arn, scopeOf, type JobId } from '../../src/base/ids.ts';

/** What the job's row and its stored detail have in common. */
export const submittedIdentity = (id: JobId) => ({
  id,
  scope: scopeOf('000000000000', 'us-east-1'),
  queueArn: arn('q'),
  terms: { needs: { milliVcpu: 1000, memoryMib: 64, gpus: 0 } },
  createdAtMs: 0,
  sequence: 1,
});

/** Its stored detail, beside that. */
export const submittedDetail = {
  arn: arn('j'),
  name: 'j',
  definitionArn: arn('d'),
  definitionName: 'd',
  parameters: {},
};
