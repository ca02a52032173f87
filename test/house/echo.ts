// A whole Batch service whose operations echo, for the tests of the wire.

import * as batch from '@aws-sdk/client-batch';
import { batchDialect } from '../../src/wire/error-catalogue.ts';
import type { notBuilt, Operation, OperationTable } from '../../src/wire/operation.ts';
import { restJson } from '../../src/wire/rest-json.ts';
import type { AuditRecord, FaultRecord } from '../../src/wire/audit.ts';
import { Pipeline, type PipelineOptions } from '../../src/wire/pipeline.ts';
import type { AnyAwsService, AnyService } from '../../src/wire/service.ts';
import { operationsOf } from '../../src/wire/schema.ts';
import { trustingAuthenticator } from '../../src/wire/trusting-authenticator.ts';

type AnyOperation = Operation<unknown, Record<string, unknown>, unknown>;

/** An operation that answers with `handle`'s value, or its own input. */
export function echo(
  handle: (input: Record<string, unknown>) => unknown = (input) => input,
): AnyOperation {
  return { authorizes: () => [], handle: (_deps, input) => handle(input) };
}

/** Batch with the given operations and echoes for all others. */
export function echoBatch(
  operations: Record<string, AnyOperation | typeof notBuilt> = {},
): AnyAwsService {
  const table: Record<string, AnyOperation | typeof notBuilt> = {};
  for (const name of operationsOf(batch).keys()) table[name] = operations[name] ?? echo();
  return {
    name: 'batch',
    schemas: batch,
    protocol: restJson,
    signingName: 'batch',
    operations: table as OperationTable<unknown>,
    deps: undefined,
    dialect: batchDialect,
    maxBodyBytes: (operation) =>
      operation === 'SubmitJob'
        ? 30_720
        : operation === 'RegisterJobDefinition'
          ? 24_576
          : 1_048_576,
  };
}

/** A pipeline over the services, with what it recorded. */
export function echoPipeline(
  services: readonly AnyService[],
  options: Partial<PipelineOptions> = {},
): { pipeline: Pipeline; audited: AuditRecord[]; faults: FaultRecord[] } {
  const audited: AuditRecord[] = [];
  const faults: FaultRecord[] = [];
  const pipeline = new Pipeline({
    services,
    authenticator: trustingAuthenticator('123456789012'),
    authorizer: { authorize: () => undefined },
    region: 'eu-central-1',
    audit: (record) => audited.push(record),
    log: (record) => faults.push(record),
    ...options,
  });
  return { pipeline, audited, faults };
}
