// What every operation of CloudWatch Logs works with: ports, and the policies that it keeps.

import type { Clock } from '../../port/clock.ts';
import type { CommandBus } from '../../port/command-bus.ts';
import type { LogSink } from '../../port/log-sink.ts';
import type { StoreReader } from '../../port/store.ts';
import type { Operation } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import type { LogsKinds } from './resources.ts';

export interface LogsDeps {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: Pick<StoreReader, 'logGroup' | 'logGroups' | 'logStream' | 'logStreams'>;
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly space: ResourceSpace<LogsKinds>;
}

export type LogsOperation<Input, Output> = Operation<LogsDeps, Input, Omit<Output, '$metadata'>>;
