// What every operation of CloudTrail works with: ports only.

import type { Clock } from '../../port/clock.ts';
import type { RecordReader } from '../../port/reader.ts';
import type { ResourceReader } from '../../port/store.ts';
import type { TrailPlace } from '../../port/trail-place.ts';
import type { Operation } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import type { TrailKinds } from './resources.ts';

export interface CloudTrailDeps {
  readonly records: RecordReader;
  readonly space: ResourceSpace<TrailKinds>;
  readonly reader: Pick<ResourceReader, 'resourceScopes'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Absent: this server delivers nowhere. */
  readonly place?: TrailPlace | undefined;
}

export type CloudTrailOperation<Input, Output> = Operation<
  CloudTrailDeps,
  Input,
  Omit<Output, '$metadata'>
>;
