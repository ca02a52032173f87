// What rules want of what happens, by what is known of it before it is stored: it is asked for
// every change of every job, mostly of a server that has no rule, or none for this. Where it says
// no, no rule matches; what rules make of the rest, the rule book says.

import type { JobId, Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type { Pattern } from '../../../core/event-pattern/compile.ts';
import type { Fields } from '../../../core/event-pattern/fields.ts';
import type { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import type { Happening } from '../../../core/turn/happening.ts';
import type { Transition } from '../../../core/turn/transition.ts';
import type { EventInterest, JobFacts } from '../../../port/outbox.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { EventKind } from '../bus-event.ts';
import { blockedQueueKind, kindOfHappening, scopeOfHappening } from '../happening-event.ts';
import { defaultBus, type EventsKinds } from '../resources.ts';
import { containerEnd } from '../../batch/view/facts.ts';
import { changeFields, isFresh, isKnown, kindFields, kindPaths, knownOf } from './known-facts.ts';
import type { RuleBook } from './rule-book.ts';

/** What the patterns of an account and region want, by how much is looked at. */
interface Wants {
  readonly version: number;
  readonly ofKind: RuleSet<Pattern>;
  readonly atOnce: { readonly fresh: RuleSet<Pattern>; readonly others: RuleSet<Pattern> };
  readonly own: RuleSet<Pattern>;
  /** What `atOnce` said, by queue, and by status and exit code. */
  readonly decided: { readonly fresh: Decided; readonly others: Decided };
  /** What `own` said. */
  readonly jobs: RecentMap<JobId, Matched>;
}

type Matched = ReadonlySet<Pattern>;
type Decided = Map<string, Map<string, Matched>>;

const mostScopes = 1_000;
/** Of which is remembered what rules want of them; others are looked at again. */
const mostJobs = 100_000;

type Rules = Pick<RuleBook, 'version' | 'patternsOf'>;
type Space = Pick<ResourceSpace<EventsKinds>, 'scopes' | 'watch'>;

export class RuleInterest implements EventInterest {
  readonly #rules: Rules;
  readonly #space: Space;
  #wants = new RecentMap<Scope, Wants>(mostScopes);
  /** Undefined: rules have changed since. */
  #blockedQueues: ReadonlySet<Scope> | undefined;

  constructor(rules: Rules, space: Space) {
    this.#rules = rules;
    this.#space = space;
    space.watch(() => (this.#blockedQueues = undefined));
  }

  wants(change: Transition, factsOf: (change: Transition) => JobFacts | undefined): boolean {
    const wants = this.#of(change.job.scope);
    if (wants.own.size === 0) return false;
    const candidates = candidatesOf(wants, change);
    // Of children that changed together each has an id of its own.
    if (candidates.size === 0 || change.children !== undefined) return candidates.size > 0;
    let matched = wants.jobs.get(change.jobId);
    if (matched === undefined) {
      const facts = factsOf(change);
      // It is removed already, and no event tells of it.
      if (facts === undefined) return false;
      matched = wants.own.match(changeFields(change, facts));
      wants.jobs.set(change.jobId, matched);
    }
    return !candidates.isDisjointFrom(matched);
  }

  tagsChanged(): void {
    this.#wants = new RecentMap(mostScopes);
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
    const { ofKind } = this.#of(scope);
    return ofKind.size > 0 && matchesAny(ofKind, kindFields(scope, kind));
  }

  #of(scope: Scope): Wants {
    const version = this.#rules.version(scope);
    const there = this.#wants.get(scope);
    if (there?.version === version) return there;
    const patterns = this.#rules.patternsOf(scope, defaultBus);
    const wants: Wants = {
      version,
      ofKind: knownOf(patterns, (path) => kindPaths.includes(path)),
      atOnce: {
        fresh: knownOf(patterns, isKnown.atOnceFresh),
        others: knownOf(patterns, isKnown.atOnce),
      },
      own: knownOf(patterns, isKnown.own),
      decided: { fresh: new Map(), others: new Map() },
      jobs: new RecentMap(mostJobs),
    };
    this.#wants.set(scope, wants);
    return wants;
  }
}

/** The patterns that match, as far as its queue, its status and an exit code tell. */
function candidatesOf({ atOnce, decided }: Wants, change: Transition): Matched {
  const { job, to } = change;
  const of = isFresh(change) ? 'fresh' : 'others';
  let ofQueue = decided[of].get(job.queueArn);
  if (ofQueue === undefined) decided[of].set(job.queueArn, (ofQueue = new Map()));
  const key = of === 'fresh' ? to : `${to} ${containerEnd(job).exitCode}`;
  let candidates = ofQueue.get(key);
  if (candidates === undefined) {
    candidates = atOnce[of].match(changeFields(change));
    ofQueue.set(key, candidates);
  }
  return candidates;
}

const matchesAny = (set: RuleSet<Pattern>, fields: Fields): boolean => set.match(fields).size > 0;
