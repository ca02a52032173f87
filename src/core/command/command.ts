// Every command, their replies, and the one function that decides them. A command is a wish with
// all that deciding it needs: ids and the time come from outside, so that the same command in the
// same world always gives the same events.

import type {
  CreateComputeEnvironmentCommandInput,
  CreateJobQueueCommandInput,
  CreateConsumableResourceCommandInput,
  CreateSchedulingPolicyCommandInput,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
  UpdateComputeEnvironmentCommandInput,
  UpdateJobQueueCommandInput,
  UpdateConsumableResourceCommandInput,
  UpdateSchedulingPolicyCommandInput,
} from '@aws-sdk/client-batch';
import type { Arn, AttemptId, HostId, JobId, Scope } from '../../base/ids.ts';
import type { Refusal } from '../../base/refusal.ts';
import type { KnownSubnet } from '../compute-environment/subnet.ts';
import type { KnownReferences } from '../compute-environment/references.ts';
import type { Deadline } from '../world/deadlines.ts';
import type { Effect } from '../effect.ts';
import type { Event, Tags } from '../event.ts';
import type { EndCause, HostAddress, HostFacts, LaunchFacts, Machine } from '../host/host.ts';
import type { Exit, NodeOnHost } from '../job/attempt.ts';
import type { Job } from '../job/job.ts';
import type { IndexRange } from '../job/index-ranges.ts';
import type { EndedStatus } from '../job/status.ts';

export interface CreateComputeEnvironment {
  readonly type: 'create-compute-environment';
  readonly scope: Scope;
  readonly uuid: string;
  readonly request: CreateComputeEnvironmentCommandInput;
  /** Absent: nothing is known, and everything may exist elsewhere. */
  readonly references?: KnownReferences | undefined;
}
export interface UpdateComputeEnvironment {
  readonly type: 'update-compute-environment';
  readonly scope: Scope;
  readonly request: UpdateComputeEnvironmentCommandInput;
  /** Absent: nothing is known, and everything may exist elsewhere. */
  readonly references?: KnownReferences | undefined;
}
export interface DeleteComputeEnvironment {
  readonly type: 'delete-compute-environment';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly computeEnvironment: string;
}
export interface CreateJobQueue {
  readonly type: 'create-job-queue';
  readonly scope: Scope;
  readonly request: CreateJobQueueCommandInput;
}
export interface UpdateJobQueue {
  readonly type: 'update-job-queue';
  readonly scope: Scope;
  readonly request: UpdateJobQueueCommandInput;
}
export interface DeleteJobQueue {
  readonly type: 'delete-job-queue';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly jobQueue: string;
}
export interface CreateConsumableResource {
  readonly type: 'create-consumable-resource';
  readonly scope: Scope;
  readonly request: CreateConsumableResourceCommandInput;
}
export interface UpdateConsumableResource {
  readonly type: 'update-consumable-resource';
  readonly scope: Scope;
  readonly request: UpdateConsumableResourceCommandInput;
}
export interface DeleteConsumableResource {
  readonly type: 'delete-consumable-resource';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly consumableResource: string;
}
export interface CreateSchedulingPolicy {
  readonly type: 'create-scheduling-policy';
  readonly scope: Scope;
  readonly request: CreateSchedulingPolicyCommandInput;
}
export interface UpdateSchedulingPolicy {
  readonly type: 'update-scheduling-policy';
  readonly scope: Scope;
  readonly request: UpdateSchedulingPolicyCommandInput;
}
export interface DeleteSchedulingPolicy {
  readonly type: 'delete-scheduling-policy';
  readonly scope: Scope;
  readonly arn: string;
}
export interface RegisterJobDefinition {
  readonly type: 'register-job-definition';
  readonly scope: Scope;
  readonly request: RegisterJobDefinitionCommandInput;
}
export interface DeregisterJobDefinition {
  readonly type: 'deregister-job-definition';
  readonly scope: Scope;
  /** `name:revision` or ARN. */
  readonly jobDefinition: string;
}
/** TagResource and UntagResource. */
export interface ChangeTags {
  readonly type: 'change-tags';
  readonly scope: Scope;
  readonly arn: Arn;
  readonly set: Tags;
  readonly remove: readonly string[];
  /** Control fills it in. */
  readonly past?: PastTags | undefined;
}
/** What was stored of a resource before the turn: tags are no part of the world. */
export interface PastTags {
  readonly tags: Tags;
  /** It is a job or a job definition of the scope; of others the world knows. */
  readonly isStored: boolean;
}
export interface SubmitJob {
  readonly type: 'submit-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly request: SubmitJobCommandInput;
  /**
   * Jobs that it depends on and that have ended before, arrays by their parents: they are no part
   * of the world. Control fills it in.
   */
  readonly past?: ReadonlyMap<JobId, PastJob> | undefined;
  /** Tags of the definition, where they are propagated: tags are no part of the world. */
  readonly definitionTags?: Readonly<Record<string, string>> | undefined;
}
/** A job that has ended, as those that depend on it need to know it. */
export interface PastJob {
  readonly status: EndedStatus;
  readonly arraySize?: number | undefined;
  /** The children of an array that failed. */
  readonly failedChildren: readonly IndexRange[];
}
/** CancelJob and TerminateJob, on a job, an array's parent or a child. */
export interface StopJob {
  readonly type: 'stop-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly by: 'cancel' | 'terminate';
  readonly reason: string;
}
/** From the schedule cycle. */
export interface PlaceJob {
  readonly type: 'place-job';
  readonly jobId: JobId;
  readonly attemptId: AttemptId;
  readonly hostId: HostId;
  readonly computeEnvironmentArn: Arn;
  /** The other nodes of a multi-node parallel job; the above is its main node. */
  readonly otherNodes?: readonly NodeOnHost[] | undefined;
}
/** What the engine says of an attempt. */
export interface ReportAttempt {
  readonly type: 'report-attempt';
  readonly attemptId: AttemptId;
  readonly report:
    | {
        readonly type: 'started';
        readonly atMs: number;
        readonly notice?: string | undefined;
        readonly address?: string | undefined;
      }
    | { readonly type: 'start-failed'; readonly atMs: number; readonly reason: string }
    | {
        readonly type: 'exited';
        readonly atMs: number;
        readonly exit: Exit;
        readonly logNote?: string | undefined;
      }
    | { readonly type: 'lost'; readonly atMs: number; readonly reason: string };
}
/** From the clock. */
export interface MeetDeadline {
  readonly type: 'meet-deadline';
  readonly deadline: Deadline;
}
/** From control, after each pass: who is at the head of the queue, and why it waits. */
export interface WatchQueue {
  readonly type: 'watch-queue';
  readonly queueArn: Arn;
}
/** This machine, at every start. */
export interface JoinHost {
  readonly type: 'join-host';
  readonly host: Machine;
}
/**
 * From control, before this machine joins: its mark is another one than that under which everything
 * was placed.
 */
export interface LeaveHosts {
  readonly type: 'leave-hosts';
  /** This machine's, from now on. */
  readonly machineId: HostId;
  /** For each registered host one that was never given. */
  readonly newIds: ReadonlyMap<HostId, HostId>;
}
/** From control: something that this environment waits for may have come. */
export interface SettleEnvironment {
  readonly type: 'settle-environment';
  readonly arn: Arn;
}
/** From EC2: these are all the subnets that it has. */
export interface NoteNetwork {
  readonly type: 'note-network';
  readonly scope: Scope;
  readonly subnets: readonly KnownSubnet[];
}
/** From IAM: which of an account's roles may not tag what they launch. */
export interface NoteRoles {
  readonly type: 'note-roles';
  /** How the ARNs of its roles begin. */
  readonly prefix: string;
  readonly untagging: readonly string[];
}
/** From the scaling cycle. */
export interface LaunchInstances {
  readonly type: 'launch-instances';
  readonly computeEnvironmentArn: Arn;
  readonly machineId: HostId;
  readonly instanceType: string;
  readonly hostIds: readonly HostId[];
}
/** From the scaling cycle: it takes no more jobs, and ends with its last. */
export interface DrainInstance {
  readonly type: 'drain-instance';
  readonly hostId: HostId;
}
/**
 * From the capacity provider. `ended`: it is gone, or could not be launched; `interrupted`: Spot
 * takes it back.
 */
export interface ReportInstance {
  readonly type: 'report-instance';
  readonly hostId: HostId;
  readonly report: 'running' | 'ended' | 'interrupted';
}
/** From the scaling cycle, or because somebody asks for it. */
export interface EndInstance {
  readonly type: 'end-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
  readonly cause: EndCause;
}
/** An instance of the user's own boots, and its agent knows a cluster. */
export interface StartInstance {
  readonly type: 'start-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** The ECS cluster of an UNMANAGED environment: its ARN, or its name. */
  readonly cluster: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly reservedMemoryMib: number | undefined;
  /** Which requirement of the AMI specification its image fails. */
  readonly unfit: string | undefined;
  readonly unfitForNodes?: string | undefined;
  readonly launch: LaunchFacts;
}
/** What runs there ends, and it takes jobs again. */
export interface RebootInstance {
  readonly type: 'reboot-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
}
/** A host of the user's own, which has answered with its facts. */
export interface RegisterHost {
  readonly type: 'register-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** The ECS cluster of an UNMANAGED environment: its ARN, or its name. */
  readonly cluster: string;
  readonly title: string;
  readonly address: HostAddress;
  readonly facts: HostFacts;
}
export interface DrainHost {
  readonly type: 'drain-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** ECS's UpdateContainerInstancesState goes both ways. */
  readonly status: 'ACTIVE' | 'DRAINING';
}
export interface DeregisterHost {
  readonly type: 'deregister-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** Also while jobs run there: they end as if the host had. */
  readonly force: boolean;
}
/**
 * From the link to a registered host: for so long nothing was heard of it, or something is heard
 * again.
 */
export interface NoteHostContact {
  readonly type: 'note-host-contact';
  readonly hostId: HostId;
  readonly heard: boolean;
}
/** How an attempt ended that was declared over before; no exit where nobody can say. */
export interface CloseOldAttempt {
  readonly type: 'close-old-attempt';
  readonly hostId: HostId;
  readonly attemptId: AttemptId;
  readonly atMs: number;
  readonly exit?: Exit | undefined;
  /** The job, where it is no part of the world any more. Control fills it in. */
  readonly past?: Job | undefined;
}

export type Command =
  | CreateComputeEnvironment
  | UpdateComputeEnvironment
  | DeleteComputeEnvironment
  | CreateJobQueue
  | UpdateJobQueue
  | DeleteJobQueue
  | CreateConsumableResource
  | UpdateConsumableResource
  | DeleteConsumableResource
  | CreateSchedulingPolicy
  | UpdateSchedulingPolicy
  | DeleteSchedulingPolicy
  | RegisterJobDefinition
  | DeregisterJobDefinition
  | ChangeTags
  | SubmitJob
  | StopJob
  | PlaceJob
  | ReportAttempt
  | MeetDeadline
  | WatchQueue
  | JoinHost
  | LeaveHosts
  | SettleEnvironment
  | NoteNetwork
  | NoteRoles
  | LaunchInstances
  | DrainInstance
  | ReportInstance
  | EndInstance
  | StartInstance
  | RebootInstance
  | RegisterHost
  | DrainHost
  | DeregisterHost
  | NoteHostContact
  | CloseOldAttempt;

interface Replies {
  'create-compute-environment': { readonly name: string; readonly arn: Arn };
  'update-compute-environment': { readonly name: string; readonly arn: Arn };
  'delete-compute-environment': Done;
  'create-job-queue': { readonly name: string; readonly arn: Arn };
  'update-job-queue': { readonly name: string; readonly arn: Arn };
  'delete-job-queue': Done;
  'create-consumable-resource': { readonly name: string; readonly arn: Arn };
  'update-consumable-resource': {
    readonly name: string;
    readonly arn: Arn;
    readonly totalQuantity: number;
  };
  'delete-consumable-resource': Done;
  'create-scheduling-policy': { readonly name: string; readonly arn: Arn };
  'update-scheduling-policy': Done;
  'delete-scheduling-policy': Done;
  'register-job-definition': {
    readonly name: string;
    readonly arn: Arn;
    readonly revision: number;
  };
  'deregister-job-definition': Done;
  'change-tags': Done;
  'submit-job': { readonly jobId: JobId; readonly jobName: string; readonly jobArn: Arn };
  'stop-job': Done;
  'place-job': Done;
  /** `stale`: the report is of an attempt that is not current; it is counted and dropped. */
  'report-attempt': { readonly stale: boolean };
  'meet-deadline': Done;
  'watch-queue': Done;
  'join-host': Done;
  'leave-hosts': Done;
  'settle-environment': Done;
  'launch-instances': Done;
  'drain-instance': Done;
  'report-instance': Done;
  'end-instance': Done;
  'start-instance': Done;
  'reboot-instance': Done;
  'register-host': { readonly hostId: HostId };
  'drain-host': Done;
  'deregister-host': Done;
  'note-host-contact': Done;
  'note-network': Done;
  'note-roles': Done;
  'close-old-attempt': Done;
}
export type Done = Readonly<Record<never, never>>;
export const done: Done = Object.freeze({});

export type ReplyOf<C extends Command> = Replies[C['type']];

/** What happened, and what to do about it. */
export interface Followed {
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
}
/** What deciding a command gives: that, and what to answer. */
export interface Decision<Reply = unknown> extends Followed {
  readonly reply: Reply;
}
export type Decided<C extends Command> = Decision<ReplyOf<C>> | Refusal;
