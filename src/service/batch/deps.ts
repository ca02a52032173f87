// What every operation of AWS Batch works with: ports only.

import type { Settings } from '../../core/settings.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Reader } from '../../port/reader.ts';
import type { Operation } from '../../wire/operation.ts';
import type { SubmitRate } from './submit-rate.ts';

export interface BatchDeps {
  readonly bus: CommandBus;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: Settings;
  /** Absent: submissions may come as fast as they can be taken. */
  readonly submitRate?: SubmitRate | undefined;
}

export type BatchOperation<Input, Output> = Operation<BatchDeps, Input, Output>;
