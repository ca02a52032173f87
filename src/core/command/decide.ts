// Decides a command: the one entry to the rules. Pure and synchronous; what happened comes back as
// events, and nothing has happened until the caller applies them.

import { never } from '../../base/assert.ts';
import type { Arn } from '../../base/ids.ts';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { Event } from '../event.ts';
import type { World } from '../world.ts';
import type { Command, Decision } from './command.ts';
import { decideCreateComputeEnvironment } from './create-compute-environment.ts';
import { decideCreateJobQueue } from './create-job-queue.ts';
import { decideCreateConsumableResource } from './create-consumable-resource.ts';
import { decideDeleteConsumableResource } from './delete-consumable-resource.ts';
import { decideUpdateConsumableResource } from './update-consumable-resource.ts';
import { decideCreateSchedulingPolicy } from './create-scheduling-policy.ts';
import { decideDeleteComputeEnvironment } from './delete-compute-environment.ts';
import { decideDeleteJobQueue } from './delete-job-queue.ts';
import { decideDeleteSchedulingPolicy } from './delete-scheduling-policy.ts';
import { decideDeregisterJobDefinition } from './deregister-job-definition.ts';
import { decideCloseOldAttempt } from './close-old-attempt.ts';
import { decideDeregisterHost } from './deregister-host.ts';
import { decideDrainHost } from './drain-host.ts';
import { decideEndInstance } from './end-instance.ts';
import { decideJoinHost } from './join-host.ts';
import { decideLeaveHosts } from './leave-hosts.ts';
import { decideNoteHostContact } from './note-host-contact.ts';
import { decideNoteNetwork } from './note-network.ts';
import { decideNoteRoles } from './note-roles.ts';
import { decideRegisterHost } from './register-host.ts';
import { decideDrainInstance } from './drain-instance.ts';
import { decideLaunchInstances } from './launch-instances.ts';
import { decideMeetDeadline } from './meet-deadline.ts';
import { decidePlaceJob } from './place-job.ts';
import { decideRegisterJobDefinition } from './register-job-definition.ts';
import { decideRebootInstance } from './reboot-instance.ts';
import { decideReportInstance } from './report-instance.ts';
import { decideReportAttempt } from './report-attempt.ts';
import { decideSettleEnvironment } from './settle-environment.ts';
import { decideStartInstance } from './start-instance.ts';
import { decideStopJob } from './stop-job.ts';
import { decideSubmitJob } from './submit-job.ts';
import { decideUpdateComputeEnvironment } from './update-compute-environment.ts';
import { decideUpdateJobQueue } from './update-job-queue.ts';
import { decideUpdateSchedulingPolicy } from './update-scheduling-policy.ts';
import { decideWatchQueue } from './watch-queue.ts';

/** `nowMs` is the moment that everything in the decision happens at. */
export function decide(world: World, command: Command, nowMs: number): Decision | Refusal {
  const decision = decideAlone(world, command, nowMs);
  if (isRefusal(decision)) return decision;
  const ends = queueEndEvents(world, decision.events);
  return ends.length === 0 ? decision : { ...decision, events: [...decision.events, ...ends] };
}

function decideAlone(world: World, command: Command, nowMs: number): Decision | Refusal {
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

/**
 * A queue that is being deleted goes with its last job, whichever command ends that one (spec 4.3).
 */
function queueEndEvents(world: World, events: readonly Event[]): Event[] {
  const deleting = new Map<Arn, number>();
  for (const event of events) {
    if (event.type !== 'job-ended') continue;
    const job = world.jobs.get(event.jobId);
    const queue = job && world.jobQueues.get(job.queueArn);
    if (queue?.status === 'DELETING') deleting.set(queue.arn, (deleting.get(queue.arn) ?? 0) + 1);
  }
  const ends: Event[] = [];
  for (const [arn, ending] of deleting)
    if (ending === world.queueJobCount(arn)) ends.push({ type: 'job-queue-deleted', arn });
  return ends;
}
