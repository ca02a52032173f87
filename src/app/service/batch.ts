// AWS Batch, as the server offers it: what its operations work with, and how requests name them.

import * as batch from '@aws-sdk/client-batch';
import type { BatchDeps } from '../../service/batch/deps.ts';
import { emptySays as emptySaysInBatch } from '../../service/batch/empty-values.ts';
import { SubmitRate } from '../../service/batch/job/submit-rate.ts';
import { knownReferences } from '../../service/batch/known-references.ts';
import { addNewerMembers } from '../../service/batch/newer-members.ts';
import { batchOperations } from '../../service/batch/operations.ts';
import { batchDialect } from '../../wire/error-catalogue.ts';
import { restJson } from '../../wire/rest-json.ts';
import { withInputMember } from '../../wire/schema.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

addNewerMembers();

/** Of container jobs, too, it may be said how often they may be preempted (doc/preemption.md). */
const schemas = withInputMember(
  batch,
  'SubmitJob',
  'preemptionConfiguration',
  batch.ServiceJobPreemptionConfiguration$,
);

export const batchOf = (
  { bus, reader, clock, ids, settings, ec2, iam, submitRate }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<BatchDeps> => ({
  name: 'batch',
  schemas,
  protocol: restJson,
  signingName: 'batch',
  operations: batchOperations,
  emptySays: emptySaysInBatch,
  deps: {
    bus,
    reader,
    clock,
    ids,
    settings,
    references: knownReferences({ ec2, iam, settings }),
    submitRate: submitRate === undefined ? undefined : new SubmitRate(submitRate, clock),
  },
  dialect: batchDialect,
  maxBodyBytes,
  // A child, of an array or of nodes, has its parent's: what is denied of the one is of the other.
  tagsOf: (deps, arn, { scope }) =>
    deps.reader.batch.tags(scope, arn.replace(/(:job\/[^:#/]+)[:#]\d+$/, '$1')),
});
