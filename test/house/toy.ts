// A whole Batch service whose operations echo, for the tests of this room. Never import it outside
// tests.

import * as batch from '@aws-sdk/client-batch';
import { batchDialect } from '../../src/wire/error-catalogue.ts';
import type { notBuilt, Operation, OperationTable } from '../../src/wire/operation.ts';
import { restJson } from '../../src/wire/rest-json.ts';
import {
  Router,
  type AnyService,
  type AuditRecord,
  type FaultRecord,
  type RouterOptions,
} from '../../src/wire/router.ts';
import { operationsOf } from '../../src/wire/schema.ts';
import { trustingAuthenticator } from '../../src/wire/sigv4.ts';

type AnyOperation = Operation<unknown, Record<string, unknown>, unknown>;

/** An operation that answers with `handle`'s value, or its own input. */
export function echo(
  handle: (input: Record<string, unknown>) => unknown = (input) => input,
): AnyOperation {
  return { authorizes: () => [], handle: (_deps, input) => handle(input) };
}

/** Batch with the given operations and echoes for all others. */
export function toyBatch(
  operations: Record<string, AnyOperation | typeof notBuilt> = {},
): AnyService {
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

/** A router over the services, with what it recorded. */
export function toyRouter(
  services: readonly AnyService[],
  options: Partial<RouterOptions> = {},
): { router: Router; audited: AuditRecord[]; faults: FaultRecord[] } {
  const audited: AuditRecord[] = [];
  const faults: FaultRecord[] = [];
  const router = new Router({
    services,
    authenticator: trustingAuthenticator('123456789012'),
    authorizer: { authorize: () => undefined },
    region: 'eu-central-1',
    audit: (record) => audited.push(record),
    log: (record) => faults.push(record),
    ...options,
  });
  return { router, audited, faults };
}
