// What would help a job that failed: what to look at, what to change, as commands to paste. Words
// for people, made of what is known of its last attempt and of who stopped it.

import { never } from '../../base/assert.ts';
import { shellWord } from '../../base/shell-word.ts';
import { timeLimitReason } from '../../core/command/meet-deadline.ts';
import { noLogGroup } from '../../core/job/container.ts';
import { isArrayParent } from '../../core/job/job.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import { stopShown, type Stop } from '../../core/job/stop.ts';
import type { JobView } from '../../port/reader.ts';
import { codeOf } from './failed-children.ts';

/** `id` is the job's own, or that of the job which it failed by. */
export function failureRemedies({ id, detail, job }: JobView): string[] {
  if (job.status !== 'FAILED') return [];
  if (isArrayParent(job))
    return [`list the children that failed: longshore jobs --array ${id} --status FAILED`];
  const stop = stopShown(job.stops, job.statusReason);
  if (stop !== undefined) return stopRemedies(stop, detail.timeout?.attemptDurationSeconds);
  const last = job.attempts.at(-1);
  if (last === undefined) return [];
  const again =
    (job.terms.retry?.attempts ?? 1) === 1
      ? ['have it tried again by itself: retryStrategy with attempts=3']
      : [];
  const code = codeOf(last.containerReason);
  if (code === 'OutOfMemoryError')
    return [
      `ask for more than ${job.terms.needs.memoryMib} MiB of memory: resourceRequirements of type MEMORY, or longshore submit --memory`,
      logsOf(id),
    ];
  if (last.startedAtMs === undefined && code !== undefined)
    return startRemedies(code, last, shellWord(detail.container?.image ?? 'IMAGE'), id);
  if (last.exitCode !== undefined) return [...exitRemedies(last.exitCode, id), ...again];
  // Nobody knows what became of the container.
  return [
    'see whether its host and its Docker engine are well: longshore instances',
    'have it tried again elsewhere: retryStrategy with attempts=3 and evaluateOnExit onStatusReason "Host EC2*", action RETRY',
    ...(last.log === undefined ? [] : [logsOf(id)]),
  ];
}

const logsOf = (id: string): string => `look at its output: longshore logs ${id}`;

function stopRemedies({ by, reason }: Stop, timeoutSeconds: number | undefined): string[] {
  switch (by) {
    case 'cancel':
      if (reason.startsWith(timeLimitReason('')))
        return [
          'see to what it waited for: the reason says it',
          "or allow jobs of the queue to wait for longer: maxTimeSeconds in the queue's jobStateTimeLimitActions",
        ];
      return ['it was cancelled: submit it again if it is still wanted'];
    case 'terminate':
      return ['it was terminated: submit it again if it is still wanted'];
    case 'timeout':
      return [
        `allow it more time than ${timeoutSeconds ?? 'its'} seconds: attemptDurationSeconds of its timeout`,
        'or split its work into several jobs',
      ];
    case 'host':
      return [
        'have it tried again on another instance: retryStrategy with attempts=3 and evaluateOnExit onStatusReason "Host EC2*", action RETRY',
        'where Spot Instances are interrupted too often, run it in an On-Demand compute environment',
      ];
    case 'preempt':
      return [
        'submit it again with more preemption retries, or without a number of them',
        "give it a higher scheduling priority, or raise its quota share's limits",
      ];
    case 'unplaced':
      return [
        'there was no room for one of its nodes, and all of them wait again: the reason says it',
      ];
    case 'main-node':
      return ['its main node has ended, and ends the job: look there first'];
    default:
      return never(by);
  }
}

/** `image` is a word for a shell. */
function startRemedies(
  code: string,
  { containerReason = '', log }: EndedAttempt,
  image: string,
  id: string,
): string[] {
  const output = log === undefined ? [] : [logsOf(id)];
  if (containerReason.endsWith(noLogGroup))
    return [
      `make its log group: aws logs create-log-group --log-group-name ${shellWord(log?.group ?? 'GROUP')}`,
      'or have it made by the first job: awslogs-create-group=true beside awslogs-group in the options of the logConfiguration',
    ];
  switch (code) {
    case 'CannotPullContainerError':
      return [
        `see whether the host of its Docker engine has the image: docker image inspect ${image}`,
        `bring it there: docker pull ${image}; where no registry is reached, docker load or docker import a file, and docker tag it ${image}`,
        'or give the job definition the name of an image that is there: docker images',
      ];
    case 'CannotStartContainerError':
    case 'CannotCreateContainerError':
      if (/exec format error/i.test(containerReason))
        return [
          `image ${image} is for another architecture than the machine: pull or build it for this one (docker pull --platform)`,
        ];
      return [
        'look at what the engine says: a command that the image does not have, a path that is not there, or a setting that it does not know',
        `try it by hand: docker run --rm ${image} COMMAND`,
        ...output,
      ];
    case 'ResourceInitializationError':
      if (containerReason.startsWith('ResourceInitializationError: unable to set up volume '))
        return [
          'see what stands for the file system: the flags --efs and --s3-files of the server name a directory of the host',
          ...output,
        ];
      return ['look at what the engine says', ...output];
    default:
      if (containerReason.startsWith('ECS was unable to assume the role'))
        return roleRemedies(/'(arn:[^']+)'/.exec(containerReason)?.[1] ?? 'ROLE');
      return ['look at what the engine says', ...output];
  }
}

function roleRemedies(arn: string): string[] {
  const name = shellWord(arn.slice(arn.lastIndexOf('/') + 1));
  return [
    `see whether the role is there, and whom it trusts: aws iam get-role --role-name ${name}`,
    'its trust policy must allow the service ecs-tasks.amazonaws.com the action sts:AssumeRole',
  ];
}

/** As shells and Docker count. */
function exitRemedies(exitCode: number, id: string): string[] {
  const means: Readonly<Record<number, string>> = {
    126: 'exit code 126: the command is there and cannot be executed; see its permissions',
    127: 'exit code 127: the command was not found in the image; see its name and PATH',
    134: 'exit code 134: the program aborted (SIGABRT)',
    137: 'exit code 137: it was killed (SIGKILL); where nobody did that, see whether the machine is short of memory',
    139: 'exit code 139: the program crashed (SIGSEGV)',
    143: 'exit code 143: it was told to end (SIGTERM)',
  };
  const meaning = means[exitCode];
  return [logsOf(id), ...(meaning === undefined ? [] : [meaning])];
}
