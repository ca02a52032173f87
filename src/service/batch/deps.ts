// What every operation of AWS Batch works with: ports only.

import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Reader } from '../../port/reader.ts';
import type { Operation } from '../../wire/operation.ts';

export interface BatchDeps {
  readonly bus: CommandBus;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
}

export type BatchOperation<Input, Output> = Operation<BatchDeps, Input, Output>;
