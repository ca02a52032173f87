// Every command, and who decides it: a new one is a file and an entry here. A command is a wish
// with all that deciding it needs: ids and the time come from outside, so that the same command in
// the same world always gives the same events. Nothing has happened until the caller applies them.

import type { Refusal } from '../../base/refusal.ts';
import type { World } from '../world/world.ts';
import type { Decided } from './decision.ts';
import { decideSubmitJob } from './job/submit-job.ts';
import { decidePlaceJob } from './job/place-job.ts';
import { decideReportContainer } from './job/report-container.ts';
import { decidePreemptJob } from './job/preempt-job.ts';
import { decideMeetDeadline } from './meet-deadline.ts';
import { decideWatchQueue } from './job-queue/watch-queue.ts';
import { decidePrepareAttempt } from './service-job/prepare-attempt.ts';
import { decideUpdateServiceJob } from './service-job/update-service-job.ts';
import { decideSubmitServiceJob } from './service-job/submit-service-job.ts';
import { decideStopJob } from './job/stop-job.ts';
import { decideUpdateJob } from './job/update-job.ts';
import { decideCreateComputeEnvironment } from './compute-environment/create-compute-environment.ts';
import { decideUpdateComputeEnvironment } from './compute-environment/update-compute-environment.ts';
import { decideDeleteComputeEnvironment } from './compute-environment/delete-compute-environment.ts';
import { decideCreateJobQueue } from './job-queue/create-job-queue.ts';
import { decideUpdateJobQueue } from './job-queue/update-job-queue.ts';
import { decideDeleteJobQueue } from './job-queue/delete-job-queue.ts';
import { decideCreateConsumableResource } from './consumable-resource/create-consumable-resource.ts';
import { decideUpdateConsumableResource } from './consumable-resource/update-consumable-resource.ts';
import { decideDeleteConsumableResource } from './consumable-resource/delete-consumable-resource.ts';
import { decideCreateServiceEnvironment } from './service-environment/create-service-environment.ts';
import { decideUpdateServiceEnvironment } from './service-environment/update-service-environment.ts';
import { decideDeleteServiceEnvironment } from './service-environment/delete-service-environment.ts';
import { decideCreateSchedulingPolicy } from './scheduling-policy/create-scheduling-policy.ts';
import { decideUpdateSchedulingPolicy } from './scheduling-policy/update-scheduling-policy.ts';
import { decideDeleteSchedulingPolicy } from './scheduling-policy/delete-scheduling-policy.ts';
import { decideCreateQuotaShare } from './quota-share/create-quota-share.ts';
import { decideUpdateQuotaShare } from './quota-share/update-quota-share.ts';
import { decideDeleteQuotaShare } from './quota-share/delete-quota-share.ts';
import { decideRegisterJobDefinition } from './job-definition/register-job-definition.ts';
import { decideDeregisterJobDefinition } from './job-definition/deregister-job-definition.ts';
import { decideChangeTags } from './tag/change-tags.ts';
import { decideJoinHost } from './host/join-host.ts';
import { decideLeaveHosts } from './host/leave-hosts.ts';
import { decideSettleEnvironment } from './compute-environment/settle-environment.ts';
import { decideNoteNetwork } from './compute-environment/note-network.ts';
import { decideNoteRoles } from './compute-environment/note-roles.ts';
import { decideDrainInstance } from './host/drain-instance.ts';
import { decideLaunchInstances } from './host/launch-instances.ts';
import { decideReportInstance } from './host/report-instance.ts';
import { decideEndInstance } from './host/end-instance.ts';
import { decideJoinCluster } from './host/join-cluster.ts';
import { decideJoinInstance } from './host/join-instance.ts';
import { decideStartInstance } from './host/start-instance.ts';
import { decideRebootInstance } from './host/reboot-instance.ts';
import { decideRegisterHost } from './host/register-host.ts';
import { decideDrainHost } from './host/drain-host.ts';
import { decideDeregisterHost } from './host/deregister-host.ts';
import { decideNoteHostContact } from './host/note-host-contact.ts';
import { decideCloseOldContainer } from './job/close-old-container.ts';

const decisions = {
  'submit-job': decideSubmitJob,
  'place-job': decidePlaceJob,
  'report-container': decideReportContainer,
  'preempt-job': decidePreemptJob,
  'submit-service-job': decideSubmitServiceJob,
  'update-service-job': decideUpdateServiceJob,
  'prepare-attempt': decidePrepareAttempt,
  'meet-deadline': decideMeetDeadline,
  'watch-queue': decideWatchQueue,
  'stop-job': decideStopJob,
  'update-job': decideUpdateJob,
  'create-compute-environment': decideCreateComputeEnvironment,
  'update-compute-environment': decideUpdateComputeEnvironment,
  'delete-compute-environment': decideDeleteComputeEnvironment,
  'create-job-queue': decideCreateJobQueue,
  'update-job-queue': decideUpdateJobQueue,
  'delete-job-queue': decideDeleteJobQueue,
  'create-consumable-resource': decideCreateConsumableResource,
  'update-consumable-resource': decideUpdateConsumableResource,
  'delete-consumable-resource': decideDeleteConsumableResource,
  'create-service-environment': decideCreateServiceEnvironment,
  'update-service-environment': decideUpdateServiceEnvironment,
  'delete-service-environment': decideDeleteServiceEnvironment,
  'create-scheduling-policy': decideCreateSchedulingPolicy,
  'update-scheduling-policy': decideUpdateSchedulingPolicy,
  'delete-scheduling-policy': decideDeleteSchedulingPolicy,
  'create-quota-share': decideCreateQuotaShare,
  'update-quota-share': decideUpdateQuotaShare,
  'delete-quota-share': decideDeleteQuotaShare,
  'register-job-definition': decideRegisterJobDefinition,
  'deregister-job-definition': decideDeregisterJobDefinition,
  'change-tags': decideChangeTags,
  'join-host': decideJoinHost,
  'leave-hosts': decideLeaveHosts,
  'settle-environment': decideSettleEnvironment,
  'note-network': decideNoteNetwork,
  'note-roles': decideNoteRoles,
  'drain-instance': decideDrainInstance,
  'launch-instances': decideLaunchInstances,
  'report-instance': decideReportInstance,
  'end-instance': decideEndInstance,
  'start-instance': decideStartInstance,
  'join-cluster': decideJoinCluster,
  'join-instance': decideJoinInstance,
  'reboot-instance': decideRebootInstance,
  'register-host': decideRegisterHost,
  'drain-host': decideDrainHost,
  'deregister-host': decideDeregisterHost,
  'note-host-contact': decideNoteHostContact,
  'close-old-container': decideCloseOldContainer,
};

type Decisions = typeof decisions;

export type Command = {
  [Type in keyof Decisions]: Parameters<Decisions[Type]>[1];
}[keyof Decisions];

type Replies = {
  [Type in keyof Decisions]: Exclude<ReturnType<Decisions[Type]>, Refusal>['reply'];
};

export type ReplyOf<C extends Command> = Replies[C['type']];

/** `nowMs` is the moment that everything in the decision happens at. */
export function decide<C extends Command>(
  world: World,
  command: C,
  nowMs: number,
): Decided<ReplyOf<C>> {
  const decideIt: (world: World, command: never, nowMs: number) => Decided<unknown> =
    decisions[command.type];
  return decideIt(world, command as never, nowMs) as Decided<ReplyOf<C>>;
}
