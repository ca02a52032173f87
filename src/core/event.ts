// What has happened: the closed union that the world folds and a transaction stores. Past tense;
// carries final values, so that applying it needs no decision.

import type { Arn, AttemptId, HostId, JobId } from '../base/ids.ts';
import type { ConsumableResource } from './consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from './compute-environment/compute-environment.ts';
import type { Host } from './host/host.ts';
import type { AttemptOutcome, EndedAttempt, NodePlacement, Placement } from './job/attempt.ts';
import type { ContainerRun } from './job/container-run.ts';
import type { Job, LiveArrayParent, JobDetailRecord, MainNodeEnd, WaitingJob } from './job/job.ts';
import type { EndedStatus } from './job/status.ts';
import type { JobTerms } from './job/terms.ts';
import type { Stop } from './job/stop.ts';
import type { JobDefinition } from './job-definition/job-definition.ts';
import type { JobQueue } from './job-queue/job-queue.ts';
import type { QuotaShare } from './quota-share/quota-share.ts';
import type { ServiceEnvironment } from './service-environment/service-environment.ts';
import type { SchedulingPolicy } from './scheduling-policy/scheduling-policy.ts';

export type Tags = Readonly<Record<string, string>>;

/** What happens to resources and hosts. */
type ResourceEvent =
  | {
      readonly type: 'compute-environment-stored';
      readonly environment: ComputeEnvironment;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'compute-environment-deleted'; readonly arn: Arn }
  | {
      readonly type: 'job-queue-stored';
      readonly queue: JobQueue;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'job-queue-deleted'; readonly arn: Arn }
  /** Another job blocks the queue's head, or for another reason, or none does any more. */
  | {
      readonly type: 'job-queue-blocked';
      readonly queue: JobQueue;
      readonly head?: { readonly job: WaitingJob; readonly statusReason: string } | undefined;
    }
  | {
      readonly type: 'consumable-resource-stored';
      readonly resource: ConsumableResource;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'consumable-resource-deleted'; readonly arn: Arn }
  | {
      readonly type: 'service-environment-stored';
      readonly environment: ServiceEnvironment;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'service-environment-deleted'; readonly arn: Arn }
  | {
      readonly type: 'scheduling-policy-stored';
      readonly policy: SchedulingPolicy;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'scheduling-policy-deleted'; readonly arn: Arn }
  | {
      readonly type: 'quota-share-stored';
      readonly share: QuotaShare;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'quota-share-deleted'; readonly arn: Arn }
  | {
      readonly type: 'job-definition-stored';
      readonly definition: JobDefinition;
      readonly tags?: Tags | undefined;
    }
  | { readonly type: 'tags-changed'; readonly arn: Arn; readonly tags: Tags }
  | { readonly type: 'host-stored'; readonly host: Host }
  /** Whatever ran there is over. */
  | { readonly type: 'host-left'; readonly hostId: HostId; readonly atMs: number };

/** What happens to jobs. */
type JobEvent =
  /**
   * Something was learned of an attempt that ended long ago: the job with what is known now. It
   * changes no status.
   */
  | { readonly type: 'attempt-amended'; readonly job: Job }
  | {
      readonly type: 'job-submitted';
      readonly detail: JobDetailRecord;
      readonly job: WaitingJob | LiveArrayParent;
      readonly tags?: Tags | undefined;
    }
  /**
   * A job that waits stands in this queue from here on, under these terms; an array as a whole. A
   * service job under way has other terms where it is.
   */
  | {
      readonly type: 'job-updated';
      readonly detail: JobDetailRecord;
      readonly terms: JobTerms;
      readonly queueArn: Arn;
      readonly atMs: number;
    }
  /** It has to wait for others; of an array parent, all its children. */
  | { readonly type: 'job-pending'; readonly jobId: JobId; readonly atMs: number }
  /** Children from one index to another, both included, that wait for nothing any more. */
  | {
      readonly type: 'children-runnable';
      readonly parentId: JobId;
      readonly from: number;
      readonly to: number;
      readonly atMs: number;
    }
  /** It waits for nothing any more; for an array's parent, all its children. */
  | { readonly type: 'job-runnable'; readonly jobId: JobId; readonly atMs: number }
  /** The attempt's resources are taken from here to `resources-released`. */
  | {
      readonly type: 'attempt-placed';
      readonly jobId: JobId;
      readonly placement: Placement;
      /** Where its containers stand, where it has several. */
      readonly runs?: readonly ContainerRun[] | undefined;
      readonly otherNodes?: readonly NodePlacement[] | undefined;
      readonly atMs: number;
    }
  /** Containers of an attempt that has several. */
  | {
      readonly type: 'containers-moved';
      readonly jobId: JobId;
      readonly attemptId: AttemptId;
      readonly runs: readonly ContainerRun[];
      readonly outcome?: AttemptOutcome | undefined;
    }
  /**
   * Before it runs: its cluster has chosen the node for it, or says why there is none yet, which is
   * then its job's reason.
   */
  | {
      readonly type: 'attempt-seated';
      readonly jobId: JobId;
      readonly attemptId: AttemptId;
      readonly nodeName?: string | undefined;
      /** The node's in EC2, where it has one. */
      readonly instanceId?: string | undefined;
      readonly statusReason?: string | undefined;
    }
  /** A service job's attempt begins to be prepared. */
  | { readonly type: 'attempt-preparing'; readonly jobId: JobId; readonly atMs: number }
  | {
      readonly type: 'attempt-running';
      readonly jobId: JobId;
      readonly attemptId: AttemptId;
      readonly atMs: number;
      readonly statusReason?: string | undefined;
      readonly address?: string | undefined;
      readonly nodeName?: string | undefined;
      readonly instanceId?: string | undefined;
    }
  /** The main node of a multi-node parallel job runs: the others become jobs of their own. */
  | {
      readonly type: 'nodes-launched';
      readonly jobId: JobId;
      readonly nodes: readonly (NodePlacement & {
        readonly runs?: readonly ContainerRun[] | undefined;
      })[];
      readonly atMs: number;
    }
  /** The main node has ended, and others are still under way. */
  | { readonly type: 'main-node-ended'; readonly jobId: JobId; readonly end: MainNodeEnd }
  | { readonly type: 'attempt-ended'; readonly jobId: JobId; readonly attempt: EndedAttempt }
  /** After a failed attempt: it waits for its next one, in front of its queue. */
  | {
      readonly type: 'job-retried';
      readonly jobId: JobId;
      readonly atMs: number;
      /** … but not before this. */
      readonly notBeforeMs?: number | undefined;
    }
  /** The time before which it was not to be tried again has come. */
  | { readonly type: 'retry-due'; readonly jobId: JobId; readonly atMs: number }
  /**
   * `heardAtMs` is when that became known: an instance on which nothing else runs is idle from then
   * on.
   */
  | {
      readonly type: 'resources-released';
      readonly attemptId: AttemptId;
      readonly atMs: number;
      readonly heardAtMs: number;
    }
  | { readonly type: 'stop-requested'; readonly jobId: JobId; readonly stop: Stop }
  /** It was cancelled when it had started: it runs on, and is not tried again. */
  | { readonly type: 'cancel-noted'; readonly jobId: JobId; readonly cancel: Stop }
  /** `atMs` is `stoppedAt`; `stop` is the one that ended a waiting job at once. */
  | {
      readonly type: 'job-ended';
      readonly jobId: JobId;
      readonly status: EndedStatus;
      readonly statusReason?: string | undefined;
      readonly atMs: number;
      readonly stop?: Stop | undefined;
    }
  /**
   * Every child of the array that waits and has no row ends with its parent: one event, however
   * many.
   */
  | {
      readonly type: 'waiting-children-failed';
      readonly parentId: JobId;
      readonly statusReason: string;
      readonly atMs: number;
    };

export type Event = ResourceEvent | JobEvent;
