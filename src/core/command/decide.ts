// Decides a command: the one entry to the rules. Pure and synchronous; what happened comes back as
// events, and nothing has happened until the caller applies them.

import { never } from '../../base/assert.ts';
import type { Refusal } from '../../base/refusal.ts';
import type { World } from '../world/world.ts';
import type { Command, Decision } from './command.ts';
import { decideCreateComputeEnvironment } from './compute-environment/create-compute-environment.ts';
import { decideCreateJobQueue } from './job-queue/create-job-queue.ts';
import { decideCreateConsumableResource } from './consumable-resource/create-consumable-resource.ts';
import { decideDeleteConsumableResource } from './consumable-resource/delete-consumable-resource.ts';
import { decideUpdateConsumableResource } from './consumable-resource/update-consumable-resource.ts';
import { decideCreateSchedulingPolicy } from './scheduling-policy/create-scheduling-policy.ts';
import { decideDeleteComputeEnvironment } from './compute-environment/delete-compute-environment.ts';
import { decideDeleteJobQueue } from './job-queue/delete-job-queue.ts';
import { decideDeleteSchedulingPolicy } from './scheduling-policy/delete-scheduling-policy.ts';
import { decideDeregisterJobDefinition } from './job-definition/deregister-job-definition.ts';
import { decideCloseOldAttempt } from './job/close-old-attempt.ts';
import { decideDeregisterHost } from './host/deregister-host.ts';
import { decideDrainHost } from './host/drain-host.ts';
import { decideEndInstance } from './host/end-instance.ts';
import { decideJoinHost } from './host/join-host.ts';
import { decideLeaveHosts } from './host/leave-hosts.ts';
import { decideNoteHostContact } from './host/note-host-contact.ts';
import { decideNoteNetwork } from './compute-environment/note-network.ts';
import { decideNoteRoles } from './compute-environment/note-roles.ts';
import { decideRegisterHost } from './host/register-host.ts';
import { decideDrainInstance } from './host/drain-instance.ts';
import { decideLaunchInstances } from './host/launch-instances.ts';
import { decideMeetDeadline } from './meet-deadline.ts';
import { decidePlaceJob } from './job/place-job.ts';
import { decideRegisterJobDefinition } from './job-definition/register-job-definition.ts';
import { decideRebootInstance } from './host/reboot-instance.ts';
import { decideReportInstance } from './host/report-instance.ts';
import { decideReportAttempt } from './job/report-attempt.ts';
import { decideSettleEnvironment } from './compute-environment/settle-environment.ts';
import { decideStartInstance } from './host/start-instance.ts';
import { decideStopJob } from './job/stop-job.ts';
import { decideSubmitJob } from './job/submit-job.ts';
import { decideUpdateComputeEnvironment } from './compute-environment/update-compute-environment.ts';
import { decideUpdateJobQueue } from './job-queue/update-job-queue.ts';
import { decideUpdateSchedulingPolicy } from './scheduling-policy/update-scheduling-policy.ts';
import { decideChangeTags } from './tag/change-tags.ts';
import { decideWatchQueue } from './job-queue/watch-queue.ts';

/** `nowMs` is the moment that everything in the decision happens at. */
export function decide(world: World, command: Command, nowMs: number): Decision | Refusal {
  switch (command.type) {
    case 'submit-job':
      return decideSubmitJob(world, command, nowMs);
    case 'place-job':
      return decidePlaceJob(world, command, nowMs);
    case 'report-attempt':
      return decideReportAttempt(world, command, nowMs);
    case 'meet-deadline':
      return decideMeetDeadline(world, command, nowMs);
    case 'watch-queue':
      return decideWatchQueue(world, command, nowMs);
    case 'stop-job':
      return decideStopJob(world, command, nowMs);
    case 'create-compute-environment':
      return decideCreateComputeEnvironment(world, command, nowMs);
    case 'update-compute-environment':
      return decideUpdateComputeEnvironment(world, command, nowMs);
    case 'delete-compute-environment':
      return decideDeleteComputeEnvironment(world, command, nowMs);
    case 'create-job-queue':
      return decideCreateJobQueue(world, command, nowMs);
    case 'update-job-queue':
      return decideUpdateJobQueue(world, command, nowMs);
    case 'delete-job-queue':
      return decideDeleteJobQueue(world, command, nowMs);
    case 'create-consumable-resource':
      return decideCreateConsumableResource(world, command, nowMs);
    case 'update-consumable-resource':
      return decideUpdateConsumableResource(world, command, nowMs);
    case 'delete-consumable-resource':
      return decideDeleteConsumableResource(world, command);
    case 'create-scheduling-policy':
      return decideCreateSchedulingPolicy(world, command, nowMs);
    case 'update-scheduling-policy':
      return decideUpdateSchedulingPolicy(world, command);
    case 'delete-scheduling-policy':
      return decideDeleteSchedulingPolicy(world, command);
    case 'register-job-definition':
      return decideRegisterJobDefinition(world, command, nowMs);
    case 'deregister-job-definition':
      return decideDeregisterJobDefinition(world, command, nowMs);
    case 'change-tags':
      return decideChangeTags(world, command);
    case 'join-host':
      return decideJoinHost(command);
    case 'leave-hosts':
      return decideLeaveHosts(world, command, nowMs);
    case 'settle-environment':
      return decideSettleEnvironment(world, command);
    case 'note-network':
      return decideNoteNetwork(world, command);
    case 'note-roles':
      return decideNoteRoles(world, command);
    case 'drain-instance':
      return decideDrainInstance(world, command);
    case 'launch-instances':
      return decideLaunchInstances(world, command, nowMs);
    case 'report-instance':
      return decideReportInstance(world, command, nowMs);
    case 'end-instance':
      return decideEndInstance(world, command, nowMs);
    case 'start-instance':
      return decideStartInstance(world, command, nowMs);
    case 'reboot-instance':
      return decideRebootInstance(world, command, nowMs);
    case 'register-host':
      return decideRegisterHost(world, command, nowMs);
    case 'drain-host':
      return decideDrainHost(world, command);
    case 'deregister-host':
      return decideDeregisterHost(world, command, nowMs);
    case 'note-host-contact':
      return decideNoteHostContact(world, command, nowMs);
    case 'close-old-attempt':
      return decideCloseOldAttempt(world, command);
    default:
      return never(command);
  }
}
