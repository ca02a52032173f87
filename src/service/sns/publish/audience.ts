// Who gets the messages of a topic: its subscriptions, and their filter policies in one automaton
// for each scope, put together once for as long as nothing of the account and region changes.

import type { Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import type { Clock } from '../../../port/clock.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { isOver, type SnsKinds, type Subscription } from '../resources.ts';
import { attributeFields, bodyFields, readFilterPolicy } from './filter-policy.ts';
import type { Message } from './message.ts';

export interface TopicCounts {
  readonly confirmed: number;
  readonly pending: number;
  readonly deleted: number;
}

interface OfScope {
  readonly version: number;
  /** By topic, each by id. */
  readonly subscriptions: ReadonlyMap<string, readonly Subscription[]>;
  readonly groups: Map<string, Group>;
}

/** The confirmed subscriptions of one topic. */
interface Group {
  readonly all: readonly Subscription[];
  readonly byAttributes: RuleSet<Subscription>;
  readonly byBody: RuleSet<Subscription>;
}

/** Of accounts and regions. */
const mostScopes = 100;

interface AudienceParts {
  readonly space: Pick<ResourceSpace<SnsKinds>, 'version' | 'view'>;
  readonly clock: Pick<Clock, 'now'>;
}

export class Audience {
  readonly #parts: AudienceParts;
  readonly #known = new RecentMap<Scope, OfScope>(mostScopes);

  constructor(parts: AudienceParts) {
    this.#parts = parts;
  }

  /** Those of a topic that are not over, deleted ones too, by id. */
  async of(scope: Scope, topic: string): Promise<readonly Subscription[]> {
    const { subscriptions } = await this.#ofScope(scope);
    return this.#current(subscriptions.get(topic) ?? []);
  }

  /** Those of all topics, by topic and id. */
  async all(scope: Scope): Promise<readonly Subscription[]> {
    const { subscriptions } = await this.#ofScope(scope);
    return this.#current([...subscriptions.values()].flat());
  }

  /** What is over and still has a row. */
  async over(scope: Scope): Promise<readonly Subscription[]> {
    const { subscriptions } = await this.#ofScope(scope);
    const nowMs = this.#parts.clock.now();
    return [...subscriptions.values()].flat().filter((one) => isOver(one, nowMs));
  }

  async counts(scope: Scope, topic: string): Promise<TopicCounts> {
    const counts = { confirmed: 0, pending: 0, deleted: 0 };
    for (const { state } of await this.of(scope, topic)) counts[state]++;
    return counts;
  }

  /** The confirmed subscriptions that get the message. */
  async receiving(
    scope: Scope,
    topic: string,
    { attributes, textFor }: Message,
  ): Promise<readonly Subscription[]> {
    const known = await this.#ofScope(scope);
    let group = known.groups.get(topic);
    if (group === undefined) {
      group = groupOf(known.subscriptions.get(topic) ?? []);
      known.groups.set(topic, group);
    }
    const { all, byAttributes, byBody } = group;
    const matched = new Set(
      byAttributes.size === 0 ? [] : byAttributes.match(attributeFields(attributes)),
    );
    if (byBody.size > 0) {
      const byText = new Map<string, ReadonlySet<Subscription>>();
      for (const one of all) {
        if (one.filterPolicy === undefined || one.filterPolicyScope !== 'MessageBody') continue;
        const text = textFor(one.protocol);
        let found = byText.get(text);
        if (found === undefined) {
          const fields = bodyFields(text);
          found = fields === undefined ? new Set() : byBody.match(fields);
          byText.set(text, found);
        }
        if (found.has(one)) matched.add(one);
      }
    }
    return all.filter((one) => one.filterPolicy === undefined || matched.has(one));
  }

  #current(all: readonly Subscription[]): readonly Subscription[] {
    const nowMs = this.#parts.clock.now();
    return all.filter((one) => !isOver(one, nowMs));
  }

  async #ofScope(scope: Scope): Promise<OfScope> {
    const { space } = this.#parts;
    const version = space.version(scope);
    const known = this.#known.get(scope);
    if (known?.version === version) return known;
    const all = (await space.view(scope)).all('subscription');
    const made = {
      version,
      subscriptions: Map.groupBy(all, ({ topic }) => topic),
      groups: new Map<string, Group>(),
    };
    this.#known.set(scope, made);
    return made;
  }
}

function groupOf(subscriptions: readonly Subscription[]): Group {
  const all = subscriptions.filter(({ state }) => state === 'confirmed');
  const byAttributes = new RuleSet<Subscription>();
  const byBody = new RuleSet<Subscription>();
  for (const one of all) {
    const { filterPolicy, filterPolicyScope: scope = 'MessageAttributes' } = one;
    if (filterPolicy === undefined) continue;
    const rules = scope === 'MessageBody' ? byBody : byAttributes;
    rules.set(one, readFilterPolicy(filterPolicy, scope));
  }
  return { all, byAttributes, byBody };
}
