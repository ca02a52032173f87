// What is known of a job's change before it is stored, by the paths at which its event has it; and
// patterns without the conditions of which nothing is known, so that they match all the more. Pure.

import { scopeParts, splitJobId, type Scope } from '../../../base/ids.ts';
import type { Pattern } from '../../../core/event-pattern/compile.ts';
import type { Fields } from '../../../core/event-pattern/fields.ts';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import { isArrayParent } from '../../../core/job/job.ts';
import type { Transition } from '../../../core/turn/transition.ts';
import type { JobFacts } from '../../../port/outbox.ts';
import { containerEnd } from '../../batch/view/facts.ts';
import type { EventKind } from '../bus-event.ts';
import { jobStateChangeKind, serviceJobStateChangeKind } from '../job-event.ts';

type Value = string | number | undefined;

/** Of an event of any kind, in the order of {@link kindFields}. */
export const kindPaths: readonly string[] = [
  'version',
  'source',
  'detail-type',
  'account',
  'region',
];

export function kindFields(scope: Scope, { source, detailType }: EventKind): Fields {
  const { account, region } = scopeParts(scope);
  return fieldsOf((path) => ['0', source, detailType, account, region][kindPaths.indexOf(path)]);
}

const queuePath = 'detail.jobQueue';
const statusPath = 'detail.status';
/** What no job has before an attempt of it has ended. */
const attemptPath = /^detail\.(?:attempts|container\.(?:exitCode|reason))(?:\.|$)/;
const exitCodePath = 'detail.container.exitCode';
/** What a job has from its submission on. */
const ownPath =
  /^(?:resources|detail\.(?:jobId|jobName|jobDefinition|shareIdentifier|(?:parameters|tags)\..+))$/;

/** Whether no attempt of the job has ended: nothing stands at the paths of attempts. */
export const isFresh = ({ job }: Transition): boolean =>
  isArrayParent(job) || job.attempts.length === 0;

const isOfQueue = (path: string): boolean => path === queuePath || kindPaths.includes(path);

/** Which paths are known of a change, by how much is looked at. */
export const isKnown = {
  /** Its queue, its status and an exit code. */
  atOnce: (path: string) => isOfQueue(path) || path === statusPath || path === exitCodePath,
  /** Its queue and status, and that it is fresh. */
  atOnceFresh: (path: string) => isOfQueue(path) || path === statusPath || attemptPath.test(path),
  /** Whatever is the same at every change of the job. */
  own: (path: string) => isOfQueue(path) || ownPath.test(path),
};

/** `own`: of its job; where it is not given, nothing that needs it is asked for. */
export function changeFields({ jobId, job, to }: Transition, own?: JobFacts): Fields {
  const isService = job.terms.service !== undefined;
  const ofKind = kindFields(job.scope, isService ? serviceJobStateChangeKind : jobStateChangeKind);
  return (path) => {
    switch (path) {
      case queuePath:
        return leaf(job.queueArn);
      case statusPath:
        return leaf(to);
      case exitCodePath:
        return leaf(isService ? undefined : containerEnd(job).exitCode);
      case 'detail.jobId':
        return leaf(jobId);
      default:
        return own !== undefined && ownPath.test(path)
          ? leaf(ownValue(path, jobId, own))
          : ofKind(path);
    }
  };
}

function ownValue(path: string, jobId: string, { detail, tags }: JobFacts): Value {
  switch (path) {
    case 'resources':
      return detail.arn + jobId.slice(splitJobId(jobId).parent.length);
    case 'detail.jobName':
      return detail.name;
    case 'detail.jobDefinition':
      return detail.service === undefined ? detail.definitionArn : undefined;
    case 'detail.shareIdentifier':
      return detail.shareIdentifier;
    default: {
      // A service job's event tells of neither.
      if (detail.service !== undefined) return undefined;
      const [, of, name = ''] = /^detail\.(parameters|tags)\.(.+)$/.exec(path) ?? [];
      const values = of === 'tags' ? tags : detail.parameters;
      return Object.hasOwn(values, name) ? values[name] : undefined;
    }
  }
}

const fieldsOf =
  (valueAt: (path: string) => Value): Fields =>
  (path) =>
    leaf(valueAt(path));
const leaf = (value: Value): ReturnType<Fields> => (value === undefined ? none : [{ value }]);
const none: ReturnType<Fields> = [];

/** The patterns, without the conditions of which nothing is known: they match all the more. */
export function knownOf(
  patterns: readonly Pattern[],
  isKnownPath: (path: string) => boolean,
): RuleSet<Pattern> {
  const set = new RuleSet<Pattern>();
  for (const pattern of patterns) {
    const alternatives = pattern.alternatives.map((conditions) =>
      conditions.filter(({ path }) => isKnownPath(path)),
    );
    set.set(pattern, { ...pattern, alternatives });
  }
  return set;
}
