// What rules want of what happens, by what is known of it before it is stored: it is asked for
// every change of every job, mostly of a server that has no rule, or none for this. Where it says
// no, no rule matches; what rules make of the rest, the rule book says.

import { scopeParts, type Arn, type Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type { Pattern } from '../../../core/event-pattern/compile.ts';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import type { JobStatus } from '../../../core/job/status.ts';
import type { Happening } from '../../../core/turn/happening.ts';
import type { Transition } from '../../../core/turn/transition.ts';
import type { EventInterest } from '../../../port/outbox.ts';
import type { EventKind } from '../bus-event.ts';
import { blockedQueueKind, kindOfHappening, scopeOfHappening } from '../happening-event.ts';
import { jobStateChangeKind } from '../job-event.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { defaultBus, type EventsKinds } from '../resources.ts';
import type { RuleBook } from './rule-book.ts';

/** What is known, by the paths at which events have it. */
type Known = ReadonlyMap<string, string>;

const paths = {
  ofAll: ['version', 'source', 'detail-type', 'account', 'region'],
  ofJobs: ['detail.jobQueue', 'detail.status'],
  id: 'detail.jobId',
} as const;

/** What the patterns of an account and region want. */
interface Wants {
  readonly version: number;
  /** Of events of any kind. */
  readonly any: RuleSet<Pattern>;
  /** Of jobs' changes, by all but the job's id. */
  readonly broad: RuleSet<Pattern>;
  /** By its id too; undefined: no pattern asks for that. */
  readonly exact: RuleSet<Pattern> | undefined;
  /** What `broad` said. */
  readonly decided: Map<Arn, Map<JobStatus, boolean>>;
}

const mostScopes = 1_000;

type Rules = Pick<RuleBook, 'version' | 'patternsOf'>;
type Space = Pick<ResourceSpace<EventsKinds>, 'scopes' | 'watch'>;

export class RuleInterest implements EventInterest {
  readonly #rules: Rules;
  readonly #wants = new RecentMap<Scope, Wants>(mostScopes);
  readonly #space: Space;
  /** Undefined: rules have changed since. */
  #blockedQueues: ReadonlySet<Scope> | undefined;

  constructor(rules: Rules, space: Space) {
    this.#rules = rules;
    this.#space = space;
    space.watch(() => (this.#blockedQueues = undefined));
  }

  wants(change: Transition): boolean {
    const { jobId, children, to, job } = change;
    const { broad, exact, decided } = this.#of(job.scope);
    if (broad.size === 0) return false;
    let ofQueue = decided.get(job.queueArn);
    if (ofQueue === undefined) decided.set(job.queueArn, (ofQueue = new Map()));
    let isWanted = ofQueue.get(to);
    if (isWanted === undefined) {
      isWanted = matches(broad, ofChange(change));
      ofQueue.set(to, isWanted);
    }
    // Of children that change together each has an id of its own.
    if (!isWanted || exact === undefined || children !== undefined) return isWanted;
    return matches(exact, ofChange(change).set(paths.id, jobId));
  }

  wantsBeside(happening: Happening): boolean {
    return this.#wantsKind(scopeOfHappening(happening), kindOfHappening(happening));
  }

  get blockedQueues(): ReadonlySet<Scope> {
    this.#blockedQueues ??= new Set(
      this.#space.scopes().filter((scope) => this.#wantsKind(scope, blockedQueueKind)),
    );
    return this.#blockedQueues;
  }

  #wantsKind(scope: Scope, kind: EventKind): boolean {
    const { any } = this.#of(scope);
    return any.size > 0 && matches(any, ofEvent(scope, kind));
  }

  #of(scope: Scope): Wants {
    const version = this.#rules.version(scope);
    const there = this.#wants.get(scope);
    if (there?.version === version) return there;
    const patterns = this.#rules.patternsOf(scope, defaultBus);
    const asksForId = patterns.some(({ alternatives }) =>
      alternatives.some((conditions) => conditions.some(({ path }) => path === paths.id)),
    );
    const { ofAll, ofJobs, id } = paths;
    const wants = {
      version,
      any: withConditionsOn(patterns, ofAll),
      broad: withConditionsOn(patterns, [...ofAll, ...ofJobs]),
      exact: asksForId ? withConditionsOn(patterns, [...ofAll, ...ofJobs, id]) : undefined,
      decided: new Map(),
    };
    this.#wants.set(scope, wants);
    return wants;
  }
}

/** The patterns, without the conditions of which nothing is known: they match all the more. */
function withConditionsOn(
  patterns: readonly Pattern[],
  known: readonly string[],
): RuleSet<Pattern> {
  const set = new RuleSet<Pattern>();
  for (const pattern of patterns) {
    const alternatives = pattern.alternatives.map((conditions) =>
      conditions.filter(({ path }) => known.includes(path)),
    );
    set.set(pattern, { ...pattern, alternatives });
  }
  return set;
}

function ofEvent(scope: Scope, { source, detailType }: EventKind): Map<string, string> {
  const { account, region } = scopeParts(scope);
  const [version, ...others] = paths.ofAll;
  const values = [source, detailType, account, region];
  return new Map([[version, '0'], ...others.map((path, at) => [path, values[at] ?? ''] as const)]);
}

const ofChange = ({ job, to }: Transition): Map<string, string> =>
  ofEvent(job.scope, jobStateChangeKind)
    .set('detail.jobQueue', job.queueArn)
    .set('detail.status', to);

const matches = (set: RuleSet<Pattern>, known: Known): boolean =>
  set.match((path) => {
    const value = known.get(path);
    return value === undefined ? [] : [{ value }];
  }).size > 0;
