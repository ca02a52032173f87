// Whoever asks something of the server in a run, and the world in which everything takes place, by
// its names.

import type { JobDetail } from '@aws-sdk/client-batch';
import { scopeOf, type JobId, type Scope } from '../src/base/ids.ts';
import type { Command } from '../src/core/command/command.ts';
import type { ArrayParent, Job } from '../src/core/job/job.ts';
import type { TableWrite, TableWriteOutcome } from '../src/port/table.ts';
import type { Random } from './random.ts';

export const scope: Scope = scopeOf('000000000000', 'us-east-1');

/** What was answered to whom: by the bus, over the wire, and what is so at that moment. */
export type Answer =
  | { readonly command: Command; readonly reply: unknown }
  | { readonly write: TableWrite; readonly outcome: TableWriteOutcome }
  | { readonly submitted: JobId; readonly status: number; readonly body: unknown }
  | {
      readonly described: JobId;
      readonly shown: JobDetail | undefined;
      readonly is: Job | ArrayParent | undefined;
    }
  | { readonly output: string; readonly shown: readonly string[]; readonly is: readonly string[] };

/** The door as clients see it. Undefined: the server died, or stopped, first. */
export interface Door {
  submit(command: Command): Promise<unknown>;
  write(write: TableWrite): Promise<TableWriteOutcome | undefined>;
}

export interface Client {
  readonly random: Random;
  readonly door: Door;
  readonly newId: () => string;
  /** How many things have been named by it. */
  made: number;
}

/** The queues that stay; others come and go. */
export const lastingQueues = ['low', 'high', 'shared'] as const;
export const passingQueues = ['passing-1', 'passing-2'] as const;
export const lastingEnvironments = ['first', 'second'] as const;
export const passingEnvironment = 'passing';
/** An UNMANAGED environment with a queue of its own, and hosts that its owner registers. */
export const unmanagedName = 'own';
export const registeredHosts = ['tcp://host-1', 'tcp://host-2'] as const;
export const consumables = ['licences', 'tokens'] as const;
