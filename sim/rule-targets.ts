// Where the rules of a run lead: receivers that outlive the server, as services elsewhere do. On
// the way to them things go wrong by the seed: what is sent comes late, comes and is not confirmed,
// or does not come, and the server may die before it or after. What has arrived is kept until the
// laws have looked; whether it should have they say.

import type { App } from '../src/app/compose.ts';
import { assert } from '../src/base/assert.ts';
import type { Scope } from '../src/base/ids.ts';
import type { Transition } from '../src/core/turn/transition.ts';
import type { Clock } from '../src/port/clock.ts';
import type { DeliveryFailure, LanePolicy, Sender } from '../src/port/delivery.ts';
import type { RuleBook } from '../src/service/events/rule/rule-book.ts';
import { ask } from '../test/house/ask.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import { eventBridge } from './wire-request.ts';

/** A rule of a run, and what of changes of jobs it wants by its pattern, said without one. */
export interface RuleOfRun {
  readonly name: string;
  readonly pattern: object;
  readonly wants: (change: Pick<Transition, 'to' | 'job'>) => boolean;
  readonly targets: readonly string[];
}

/** What a target got. */
export interface Arrival {
  /** `bus/rule/target` */
  readonly lane: string;
  readonly body: string;
}

/** Of jobs, and of service jobs. */
export const jobChanges = ['Batch Job State Change', 'Batch Service Job State Change'];
const jobChange = { source: ['aws.batch'], 'detail-type': jobChanges };
const ended: readonly string[] = ['SUCCEEDED', 'FAILED'];

const rules: readonly RuleOfRun[] = [
  { name: 'all', pattern: jobChange, wants: () => true, targets: ['one', 'other'] },
  {
    name: 'ends',
    pattern: { ...jobChange, detail: { status: ended } },
    wants: ({ to }) => ended.includes(to),
    targets: ['one'],
  },
  {
    name: 'queue',
    pattern: {
      ...jobChange,
      detail: { jobQueue: [{ suffix: '/low' }], status: [{ prefix: 'R' }] },
    },
    wants: ({ to, job }) => job.queueArn.endsWith('/low') && to.startsWith('R'),
    targets: ['one'],
  },
  // Other events pass the same way.
  {
    name: 'beside',
    pattern: { 'detail-type': [{ 'anything-but': jobChanges }] },
    wants: () => false,
    targets: ['one'],
  },
];

/** Where all arrives that is no change of a job. */
export const besideLane = 'default/beside/one';
/** What the product knows of the targets: what it sends there goes to the run's own. */
const receiver = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/receiver';

const unreachable: DeliveryFailure = {
  code: 'SDK_CLIENT_ERROR',
  message: 'The target cannot be reached.',
  isFinal: false,
};

export class RuleTargets {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #policy: LanePolicy;
  readonly rules: readonly RuleOfRun[];
  /** Since the laws looked last. */
  fresh: Arrival[] = [];

  constructor(clock: Clock, faults: Faults, random: Random) {
    this.#clock = clock;
    this.#faults = faults;
    this.#random = random;
    this.rules = random.chance(70) ? rules : [random.pick(rules)];
    // Nothing is given up: whatever a rule wants arrives in the end.
    this.#policy = {
      retries: Number.POSITIVE_INFINITY,
      maxAgeMs: Number.POSITIVE_INFINITY,
      atOnce: random.pick([1, 4, 100]),
      perSecond: random.pick([undefined, undefined, undefined, 20]),
    };
  }

  /** By the wire; `pass` lets happen what is due. */
  async putRules({ pipeline }: App, pass: () => Promise<void>): Promise<void> {
    const put = async (operation: string, input: object): Promise<void> => {
      const { head, body } = eventBridge(operation, input);
      let status: number | undefined;
      void ask(pipeline, head, body).then((answer) => (status = answer.status));
      while (status === undefined) {
        await new Promise(setImmediate);
        await pass();
      }
      assert(status === 200, 'EventBridge takes the rules of a run');
    };
    for (const { name, pattern, targets } of this.rules) {
      await put('PutRule', { Name: name, EventPattern: JSON.stringify(pattern) });
      const Targets = targets.map((target) => ({ Id: target, Arn: receiver }));
      await put('PutTargets', { Rule: name, Targets });
    }
  }

  /** As one life of the server sends to them. */
  forLife(life: { alive: boolean }, book: () => RuleBook): Readonly<Record<string, Sender>> {
    const sender: Sender = {
      policyOf: (scope: Scope, lane) => book().target(scope, lane) && this.#policy,
      send: async ({ lane: { id: lane }, body }) => {
        const fate = life.alive ? this.#faults.delivery() : 'crash before';
        if (fate === 'crash before') life.alive = false;
        if (!life.alive) return forever();
        if (fate === 'failed') return unreachable;
        const lateMs = fate === 'late' ? this.#faults.length('delivery') : this.#random.below(20);
        await new Promise<void>((resolve) => {
          this.#clock.at(this.#clock.now() + lateMs, resolve);
        });
        // What was sent arrives, whatever has become of the sender.
        this.fresh.push({ lane, body });
        if (fate === 'crash after' && this.#faults.active) life.alive = false;
        if (!life.alive) return forever();
        return fate === 'answer lost' ? unreachable : undefined;
      },
      insteadOf: () => undefined,
    };
    return { 'rule-target': sender };
  }
}

const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);
