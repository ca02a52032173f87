// Law: an answer is true the moment it is heard, and what it says is on disk: what was submitted is
// there, what was stopped does not wait any more, what was changed is changed. That it stays so
// over crashes follows with `world-recounts`.

import { splitJobId, type Arn } from '../../src/base/ids.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import * as arns from '../../src/core/arn.ts';
import { isArrayParent, isLive } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { stopBy } from '../../src/core/job/stop.ts';
import type { Store } from '../../src/port/store.ts';
import type { TableWrite } from '../../src/port/table.ts';
import { isNode, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';
import type { Command } from '../../src/core/command/command.ts';

export const answersKept: Checker = {
  law: 'what was answered is so',
  check({ answers, ledger, store }) {
    if (answers.length === 0) return;
    // A step's last answer about a resource counts.
    const seen = new Set<string>();
    for (const answer of answers.toReversed()) {
      if (!('command' in answer || 'write' in answer)) continue;
      const key = 'command' in answer ? subjectOf(answer.command) : tableSubjectOf(answer.write);
      if (seen.has(key)) continue;
      seen.add(key);
      const wrong =
        'command' in answer
          ? isRefusal(answer.reply)
            ? undefined
            : answer.command.type === 'change-tags'
              ? wrongTags(answer.command, store)
              : wrongCommand(answer.command, answer.reply, ledger)
          : answer.outcome === 'done'
            ? wrongWrite(answer.write, store)
            : undefined;
      if (wrong !== undefined) throw new BrokenLaw(wrong);
    }
  },
};

function subjectOf(command: Command): string {
  switch (command.type) {
    case 'submit-job':
    case 'stop-job':
      return `job ${command.jobId}`;
    case 'update-job':
      return `update of job ${command.jobId}`;
    // A queue takes its tags with it.
    case 'change-tags':
      return `queue ${arns.nameInArn(command.arn)}`;
    case 'create-job-queue':
      return `queue ${command.request.jobQueueName}`;
    case 'update-job-queue':
      return `queue ${command.request.jobQueue}`;
    case 'delete-job-queue':
      return `queue ${command.jobQueue}`;
    case 'create-compute-environment':
      return `environment ${command.request.computeEnvironmentName}`;
    case 'update-compute-environment':
      return `environment ${command.request.computeEnvironment}`;
    case 'delete-compute-environment':
      return `environment ${command.computeEnvironment}`;
    case 'deregister-job-definition':
      return `definition ${command.jobDefinition}`;
    default:
      return JSON.stringify(command);
  }
}

/** A log group takes its streams with it. */
function tableSubjectOf(write: TableWrite): string {
  switch (write.table) {
    case 'log-group':
      return `log group ${write.write === 'create' ? write.row.name : write.name}`;
    case 'log-stream':
      return `log group ${write.write === 'create' ? write.row.group : write.group}`;
    default:
      return write.table;
  }
}

function wrongCommand(command: Command, reply: unknown, ledger: Ledger): string | undefined {
  const queue = (name: string | undefined) =>
    ledger.queues.get(arns.jobQueueArn(scopeOf(command), name ?? ''));
  const environment = (name: string | undefined) =>
    ledger.environments.get(arns.computeEnvironmentArn(scopeOf(command), name ?? ''));
  switch (command.type) {
    case 'submit-job':
      return ledger.jobs.has(command.jobId)
        ? undefined
        : `job ${command.jobId} was accepted and is not stored`;
    case 'stop-job':
      return wrongStop(command, ledger);
    case 'update-job': {
      const { jobId, jobQueue, schedulingPriority } = command;
      const job = ledger.jobs.get(jobId);
      const detail = ledger.details.get(jobId);
      const isThere =
        job !== undefined &&
        detail?.queueArn === job.queueArn &&
        (jobQueue === undefined || queue(jobQueue)?.arn === job.queueArn) &&
        (schedulingPriority ?? detail.schedulingPriority) === detail.schedulingPriority &&
        (job.terms.share?.identifier ?? '') === (detail.shareIdentifier ?? '');
      return isThere ? undefined : `job ${jobId} was updated and is not`;
    }
    case 'create-job-queue':
      return queue(command.request.jobQueueName)
        ? undefined
        : `queue ${command.request.jobQueueName} was made and is not stored`;
    case 'update-job-queue': {
      const { jobQueue, state, priority } = command.request;
      const stored = queue(jobQueue);
      return stored !== undefined &&
        (state ?? stored.state) === stored.state &&
        (priority ?? stored.priority) === stored.priority
        ? undefined
        : `queue ${jobQueue} was changed and is not`;
    }
    case 'delete-job-queue':
      return (queue(command.jobQueue)?.status ?? 'DELETING') === 'DELETING'
        ? undefined
        : `queue ${command.jobQueue} was deleted and is there`;
    case 'create-compute-environment':
      return environment(command.request.computeEnvironmentName)
        ? undefined
        : `environment ${command.request.computeEnvironmentName} was made and is not stored`;
    case 'update-compute-environment': {
      const { computeEnvironment, state, computeResources } = command.request;
      const stored = environment(computeEnvironment);
      const max = stored?.computeResources?.maxvCpus;
      return stored !== undefined &&
        (state ?? stored.state) === stored.state &&
        (computeResources?.maxvCpus ?? max) === max
        ? undefined
        : `environment ${computeEnvironment} was changed and is not`;
    }
    case 'delete-compute-environment':
      // While jobs run on in it: DELETING, or INVALID where they run on nothing that it could wait
      // for.
      return ['DELETING', 'INVALID'].includes(
        environment(command.computeEnvironment)?.status ?? 'DELETING',
      )
        ? undefined
        : `environment ${command.computeEnvironment} was deleted and is there`;
    case 'register-job-definition':
      return ledger.definitions.has((reply as { arn: Arn }).arn)
        ? undefined
        : `definition ${(reply as { arn: Arn }).arn} was registered and is not stored`;
    case 'deregister-job-definition': {
      const [name = '', revision] = command.jobDefinition.split(':');
      return ledger.definitions.get(arns.jobDefinitionArn(command.scope, name, Number(revision)))
        ?.status === 'ACTIVE'
        ? `definition ${command.jobDefinition} was deregistered and is ACTIVE`
        : undefined;
    }
    default:
      return undefined;
  }
}

const scopeOf = (command: Command) => ('scope' in command ? command.scope : ('' as never));

/** After a stop what waited has ended, and what runs knows of it, if it was to be terminated. */
function wrongStop(
  { jobId, by }: Command & { type: 'stop-job' },
  ledger: Ledger,
): string | undefined {
  if (isNode(jobId)) return `node ${jobId} was stopped alone`;
  const job = ledger.jobs.get(jobId);
  const status = ledger.statusOf(jobId);
  if (status === undefined || isEnded(status)) return undefined;
  if (job !== undefined && isArrayParent(job))
    return job.stops === undefined ? `array ${jobId} was stopped and does not know it` : undefined;
  if (job !== undefined && isLive(job))
    return by === 'terminate' &&
      stopBy(job.stops, by) === undefined &&
      ledger.jobs.get(splitJobId(jobId).parent)?.stops === undefined
      ? `job ${jobId} was terminated and does not know it`
      : undefined;
  // A cancel that found it running has no effect, and it may wait for its next attempt since.
  return by === 'cancel' && job !== undefined && !isArrayParent(job) && job.attempts.length > 0
    ? undefined
    : `job ${jobId} was stopped and is ${status}`;
}

function wrongTags(
  { arn, set, remove }: Command & { type: 'change-tags' },
  { reader }: Store,
): string | undefined {
  const tags = reader.tags(arn);
  const lacks = Object.entries(set).find(
    ([key, value]) => !remove.includes(key) && tags[key] !== value,
  );
  return lacks && `tag ${lacks[0]} of ${arn} was set to ${lacks[1]} and is ${tags[lacks[0]]}`;
}

function wrongWrite(write: TableWrite, { reader }: Store): string | undefined {
  switch (write.table) {
    case 'log-group': {
      const name = write.write === 'create' ? write.row.name : write.name;
      const there =
        reader.logGroup(write.write === 'create' ? write.row.scope : write.scope, name) !==
        undefined;
      return there === (write.write !== 'delete')
        ? undefined
        : `log group ${name}: ${write.write} was answered and is not so`;
    }
    case 'log-stream': {
      const { scope, group, name } = write.write === 'create' ? write.row : write;
      const there = reader.logStream(scope, group, name) !== undefined;
      return there === (write.write !== 'delete')
        ? undefined
        : `log stream ${group}/${name}: ${write.write} was answered and is not so`;
    }
    default:
      return undefined;
  }
}
