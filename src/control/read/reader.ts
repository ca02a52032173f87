// The reader: views of the world and the store in one moment, one reader for each matter that
// services ask about. Changes nothing.

import type { Arn } from '../../base/ids.ts';
import type { World } from '../../core/world/world.ts';
import type { ArchiveReader } from '../../port/archive.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterReader } from '../../port/cluster-reader.ts';
import type { InstanceReader } from '../../port/instance-reader.ts';
import type {
  BatchReader,
  Counts,
  DeliveryCounts,
  HistoryReader,
  JobCounts,
  Reader,
  RecordReader,
  WaitReader,
} from '../../port/reader.ts';
import type { StoreReader } from '../../port/store.ts';
import { WorldBatchReader } from './batch-reader.ts';
import { WorldClusterReader } from './cluster-reader.ts';
import { jobCounts, jobCountsByQueue } from './counts.ts';
import { JournalHistoryReader } from './history-reader.ts';
import { WorldInstanceReader } from './instance-reader.ts';
import { WorldJobReader } from './job-reader.ts';
import { StoredRecordReader } from './record-reader.ts';
import { Slices } from './slices.ts';
import { WorldWaitReader } from './wait-reader.ts';

/** What others count. */
interface Counted {
  readonly staleReports: () => number;
  readonly deliveries: () => DeliveryCounts;
}

export class ControlReader implements Reader {
  readonly batch: BatchReader;
  readonly jobs: WorldJobReader;
  readonly history: HistoryReader;
  readonly waits: WaitReader;
  readonly clusters: ClusterReader;
  readonly instances: InstanceReader;
  readonly logs: StoreReader;
  readonly resources: StoreReader;
  readonly records: RecordReader;
  readonly archives: ArchiveReader;
  readonly #world: World;
  readonly #counted: Counted;

  constructor(world: World, store: StoreReader, clock: Pick<Clock, 'soon'>, counted: Counted) {
    this.batch = new WorldBatchReader(world, store);
    const slices = new Slices(clock);
    this.jobs = new WorldJobReader(world, store, slices);
    this.history = new JournalHistoryReader(store);
    this.records = new StoredRecordReader(store, slices);
    this.waits = new WorldWaitReader(world, store, this.jobs);
    this.clusters = new WorldClusterReader(world, store);
    this.instances = new WorldInstanceReader(world, store);
    this.logs = store;
    this.resources = store;
    this.archives = store.archives;
    this.#world = world;
    this.#counted = counted;
  }

  counts(): Counts {
    const { computeEnvironments, jobQueues } = this.#world;
    return {
      jobs: jobCounts(this.#world),
      computeEnvironments: computeEnvironments.size,
      jobQueues: jobQueues.size,
      staleReports: this.#counted.staleReports(),
      deliveries: this.#counted.deliveries(),
    };
  }

  jobCountsByQueue(): ReadonlyMap<Arn, JobCounts> {
    return jobCountsByQueue(this.#world);
  }
}
