// What every operation of AWS Batch works with: ports only.

import type { KnownReferences } from '../../core/compute-environment/references.ts';
import type { Settings } from '../../core/settings.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Reader } from '../../port/reader.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { NamedResources } from './known-references.ts';
import type { SubmitRate } from './job/submit-rate.ts';

export interface BatchDeps {
  readonly bus: CommandBus;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: Settings;
  /** What is known here of what the resources of an environment may name. */
  readonly references: (context: RequestContext, named: NamedResources) => Promise<KnownReferences>;
  /** Absent: submissions may come as fast as they can be taken. */
  readonly submitRate?: SubmitRate | undefined;
}

export type BatchOperation<Input, Output> = Operation<BatchDeps, Input, Output>;
