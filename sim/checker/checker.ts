// What a checker of the simulated world is: one law, one file. A checker reads and never changes
// anything; it throws when its law is broken. It keeps what it needs to judge the next step, so
// that a step costs what it changed.

import type { AttemptId, HostId, JobId } from '../../src/base/ids.ts';
import type { Control } from '../../src/control/control.ts';
import type { Store } from '../../src/port/store.ts';
import type { SimulatedCluster } from '../cluster.ts';
import type { Containers } from '../containers.ts';
import type { Committed, Ledger } from '../ledger.ts';
import type { MemoryLogSink } from '../../test/house/memory-log-sink.ts';
import type { Expectation } from '../oracle.ts';
import type { Answer } from '../client.ts';
import type { Arrival, RuleOfRun } from '../rule-targets.ts';

/** What a checker may look at. */
export interface Observed {
  /** By the clock on the wall, and since the run began. */
  readonly nowMs: number;
  readonly elapsedMs: number;
  /** The live server; undefined while it is down. */
  readonly server: Control | undefined;
  /** When it had opened and had spoken with its engines, by elapsed time; now, where it has not. */
  readonly upSinceMs: number;
  /** When the clock on the wall was last set, by elapsed time. */
  readonly clockSetMs: number;
  /** How long ended jobs are to be kept; undefined: for ever. */
  readonly retainMs: number | undefined;
  readonly store: Store;
  readonly sink: MemoryLogSink;
  /** What was committed, all in all. */
  readonly ledger: Ledger;
  /** What clients were promised. */
  readonly expectations: ReadonlyMap<JobId, Expectation>;
  /** What really ran. */
  readonly containers: Containers;
  /** Transactions since the last look, and answers that clients heard. */
  readonly commits: readonly Committed[];
  readonly answers: readonly Answer[];
  /**
   * By address of a registered host: when it last said what it runs, by elapsed time, latest last.
   */
  readonly heardMs: ReadonlyMap<string, readonly number[]>;
  /** Instances that could not be launched or were taken back, and those that a user ended. */
  readonly instancesEnded: ReadonlySet<HostId>;
  /** Instances that the capacity provider has. */
  readonly provided: () => ReadonlySet<HostId>;
  /**
   * Networks of multi-node jobs that this machine's engine holds, by their main nodes' attempts.
   */
  readonly networks: () => ReadonlyMap<AttemptId, string>;
  /** The cluster that there is in some runs. */
  readonly cluster: SimulatedCluster | undefined;
  /** The server keeps records of the calls that change something. */
  readonly areChangesRecorded: boolean;
  /** Somebody follows what becomes of jobs. */
  readonly isFollowed: boolean;
  /** The rules that there are all the time, and what has arrived since the last look. */
  readonly rules: readonly RuleOfRun[];
  readonly arrivals: readonly Arrival[];
  /** Faults still strike. */
  readonly faulty: boolean;
}

export interface Checker {
  /** The law, as it is printed when it is broken. */
  readonly law: string;
  /**
   * After every step that brought something: a transaction, an answer, a container that began or
   * ended.
   */
  readonly check?: (observed: Observed) => void;
  /** Then, and after every step in which time went on: what should be by now. */
  readonly checkTime?: (observed: Observed) => void;
  /** When a server has come up. */
  readonly checkStart?: (observed: Observed) => void;
  /** Every so many commits, where a look at everything would cost too much after each. */
  readonly checkNowAndThen?: (observed: Observed) => void;
  /** After the last step, when faults have ceased and everything should have ended. */
  readonly checkEnd?: (observed: Observed) => void;
}

export class BrokenLaw extends Error {
  override name = 'BrokenLaw';
}

export function law(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenLaw(what);
}
