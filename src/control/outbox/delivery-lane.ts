// One lane of the outbox: sends what waits in it, those of one key in their order, so many at a
// time, and again after a pause where that failed. Of what waits it knows the first so many by
// their numbers, and more only as what is behind them arrives. It writes nothing down.

import type { Scope } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type {
  Delivery,
  DeliveryFailure,
  GivenUpBecause,
  LanePolicy,
  NewDelivery,
  Sender,
  StoredDelivery,
} from '../../port/delivery.ts';
import { Alarm } from '../alarm.ts';
import { Strands, type Strand } from './strands.ts';
import type { BodyRoom } from './body-room.ts';

interface LaneParts {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly scope: Scope;
  readonly id: string;
  /** Nothing is stored in it yet that it is not told. */
  readonly isNew: boolean;
  /** The outbox ends. */
  readonly signal: AbortSignal;
  readonly counts: {
    delivered: number;
    failedAttempts: number;
    givenUp: number;
    /** Of all lanes. */
    underWay: number;
  };
  readonly room: BodyRoom;
  readonly read: (number: number) => StoredDelivery | undefined;
  readonly readAbove: (number: number, most: number) => readonly Known[];
  /** It has arrived or is given up: it is no more. */
  readonly ended: (number: number, instead: NewDelivery | undefined) => void;
  /** A sender has broken its word. */
  readonly onFault: (error: unknown) => void;
  /** Nothing is left in it. */
  readonly onIdle: () => void;
}

type Known = Pick<StoredDelivery, 'number' | 'key'>;

export class DeliveryLane {
  readonly #parts: LaneParts;
  readonly #alarm: Alarm;
  readonly #strands = new Strands();
  /** The last number that it knows. */
  #upTo = 0;
  /** Beyond so many it read on then, and whether something has arrived since. */
  #readOnAtMs = Number.NEGATIVE_INFINITY;
  #hasArrived = false;
  /** Nothing is stored above the last that it knows. */
  #knowsAll: boolean;
  #underWay = 0;
  #nextBeginMs = 0;
  #lookedAtMs = 0;
  /** Others have their turn before it goes on. */
  #isResting = false;
  /** Its next is large. */
  #waitsForRoom = false;
  /** Since when nothing has arrived that was tried. */
  #failingSinceMs: number | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#knowsAll = parts.isNew;
    this.#alarm = new Alarm(parts.clock, () => this.pump());
  }

  /** Was added just now. Answers whether it is known from here on, or is read later. */
  offer(delivery: Known): boolean {
    if (delivery.number <= this.#upTo || !this.#knowsAll) return false;
    if (this.#strands.known >= limit.outbox.laneInMemory) this.#knowsAll = false;
    else this.#learn(delivery);
    return this.#knowsAll;
  }

  #learn(delivery: Known): void {
    this.#upTo = delivery.number;
    this.#strands.learn(delivery);
  }

  /** Sends what may be sent now. */
  pump(): void {
    const { signal, sender, scope, id, clock } = this.#parts;
    if (signal.aborted) return;
    const policy = sender.policyOf(scope, id);
    const nowMs = clock.now();
    if (nowMs < this.#lookedAtMs) this.#clockWasSetBack();
    this.#lookedAtMs = nowMs;
    this.#strands.wake(nowMs);
    this.#read();
    // What goes nowhere ends at once, and there may be a million of it.
    let left = this.#isResting ? 0 : limit.outbox.lanePage;
    for (;;) {
      const { first } = this.#strands;
      if (left === 0 || first === undefined || !this.#mayBegin(policy, nowMs)) break;
      const begun = this.#begin(first, policy, nowMs);
      if (begun === 'no room') break;
      if (begun === 'ended') left--;
      this.#read();
    }
    if (left === 0) this.#rest();
    this.#arm(nowMs);
    // One that comes again at once keeps to its rate.
    const isIdle = this.#strands.known === 0 && this.#knowsAll && !this.#isResting;
    if (isIdle && this.#isInRate(nowMs)) this.#parts.onIdle();
  }

  #rest(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#parts.clock.soon(() => {
      this.#isResting = false;
      this.pump();
    });
  }

  /** It holds nothing up: what was to wait by it goes out now. */
  #clockWasSetBack(): void {
    this.#nextBeginMs = 0;
    this.#readOnAtMs = Number.NEGATIVE_INFINITY;
    this.#strands.bringForward();
  }

  #read(): void {
    const { lanePage } = limit.outbox;
    while (!this.#knowsAll && this.#strands.ready < lanePage && this.#mayKnowMore()) {
      const page = this.#parts.readAbove(this.#upTo, lanePage);
      for (const each of page) this.#learn(each);
      this.#knowsAll = page.length === 0;
    }
  }

  /**
   * What fails time and again holds up nothing that is behind it, as long as other things arrive;
   * where nothing does, it is looked now and then whether something would.
   */
  #mayKnowMore(): boolean {
    const { laneInMemory, laneInMemoryMost, lookFurtherMs } = limit.outbox;
    if (this.#strands.known < laneInMemory) return true;
    if (this.#strands.ready > 0 || this.#strands.known >= laneInMemoryMost) return false;
    const nowMs = this.#parts.clock.now();
    if (!this.#hasArrived && nowMs < this.#readOnAtMs + lookFurtherMs) return false;
    this.#hasArrived = false;
    this.#readOnAtMs = nowMs;
    return true;
  }

  #mayBegin(policy: LanePolicy | undefined, nowMs: number): boolean {
    if (this.#waitsForRoom) return false;
    if (policy === undefined || this.#underWay === 0) return this.#isInRate(nowMs);
    return (
      this.#underWay < policy.atOnce &&
      this.#parts.counts.underWay < limit.outbox.underWay &&
      this.#isInRate(nowMs)
    );
  }

  /** The clock counts whole milliseconds, in each of which more than one may begin. */
  #isInRate(nowMs: number): boolean {
    return this.#nextBeginMs < nowMs + 1;
  }

  #arm(nowMs: number): void {
    const { dueAtMs } = this.#strands;
    const rateAtMs = this.#isInRate(nowMs) ? undefined : this.#nextBeginMs;
    this.#alarm.set(
      dueAtMs === undefined || rateAtMs === undefined
        ? (dueAtMs ?? rateAtMs)
        : Math.min(dueAtMs, rateAtMs),
    );
  }

  /** The first that is ready, which stays there where it has no room. */
  #begin(
    strand: Strand,
    policy: LanePolicy | undefined,
    nowMs: number,
  ): 'begun' | 'ended' | 'no room' {
    const [number = 0] = strand.numbers;
    const stored = this.#parts.read(number);
    if (policy === undefined || stored === undefined) {
      this.#strands.take();
      this.#end(strand, undefined);
      return 'ended';
    }
    if (nowMs - stored.sinceMs > policy.maxAgeMs) {
      this.#strands.take();
      this.#giveUp(strand, stored, tooOld, 'MaximumEventAgeInSeconds');
      return 'ended';
    }
    const { room } = this.#parts;
    const { length } = stored.body;
    if (!room.take(length, this.#roomAgain)) {
      this.#waitsForRoom = true;
      return 'no room';
    }
    this.#strands.take();
    if (policy.perSecond !== undefined)
      this.#nextBeginMs = Math.max(nowMs, this.#nextBeginMs) + 1_000 / policy.perSecond;
    const { signal, counts } = this.#parts;
    this.#underWay++;
    counts.underWay++;
    void this.#send({ ...stored, attempts: strand.attempts }).then((failure) => {
      this.#underWay--;
      counts.underWay--;
      room.give(length);
      // What was cut off may have arrived, and goes out again.
      if (signal.aborted) return;
      if (failure === undefined) this.#arrived(strand);
      else this.#failed(strand, stored, failure, policy);
      this.pump();
    });
    return 'begun';
  }

  /** What a sender trips over would else end the server, and every one after it. */
  async #send(delivery: Delivery): Promise<DeliveryFailure | undefined> {
    const { sender, signal, onFault } = this.#parts;
    try {
      return await sender.send(delivery, signal);
    } catch (error) {
      if (!signal.aborted) onFault(error);
      return ourFault;
    }
  }

  readonly #roomAgain = (): void => {
    this.#waitsForRoom = false;
    this.pump();
  };

  #arrived(strand: Strand): void {
    const { clock, counts } = this.#parts;
    counts.delivered++;
    this.#hasArrived = true;
    const { outageMs } = limit.outbox;
    if (this.#failingSinceMs !== undefined && clock.now() - this.#failingSinceMs >= outageMs)
      this.#strands.bringForward();
    this.#failingSinceMs = undefined;
    this.#end(strand, undefined);
  }

  #failed(
    strand: Strand,
    delivery: StoredDelivery,
    failure: DeliveryFailure,
    { retries, maxAgeMs, pauseBefore }: LanePolicy,
  ): void {
    const { clock, counts } = this.#parts;
    counts.failedAttempts++;
    if (failure.isFinal) {
      this.#giveUp(strand, delivery, failure, 'final');
      return;
    }
    // What fails time and again says nothing of the others.
    if (strand.attempts === 0) this.#failingSinceMs ??= clock.now();
    if (strand.attempts >= retries) {
      this.#giveUp(strand, delivery, failure, 'MaximumRetryAttempts');
      return;
    }
    const ownMs = pauseBefore?.(strand.attempts + 1) ?? pauseAfter(strand.attempts);
    const pauseMs = Math.max(failure.retryAfterMs ?? 0, apart(ownMs, delivery));
    const dueAtMs = clock.now() + pauseMs;
    if (dueAtMs - delivery.sinceMs > maxAgeMs) {
      this.#giveUp(strand, delivery, failure, 'MaximumEventAgeInSeconds');
      return;
    }
    this.#strands.pause(strand, dueAtMs);
  }

  #giveUp(
    strand: Strand,
    delivery: StoredDelivery,
    failure: DeliveryFailure,
    because: GivenUpBecause,
  ): void {
    const { sender, counts, onFault } = this.#parts;
    counts.givenUp++;
    const { attempts } = strand;
    let instead: NewDelivery | undefined;
    try {
      instead = sender.insteadOf({ ...delivery, attempts }, failure, because);
    } catch (error) {
      onFault(error);
    }
    this.#end(strand, instead);
  }

  #end(strand: Strand, instead: NewDelivery | undefined): void {
    this.#parts.ended(this.#strands.end(strand), instead);
  }

  close(): void {
    this.#alarm.cancel();
  }
}

const ourFault: DeliveryFailure = {
  code: 'INTERNAL_ERROR',
  message: 'Longshore could not send it, by a fault of its own.',
  isFinal: false,
};

const tooOld: DeliveryFailure = {
  code: 'EVENT_AGE_EXCEEDED',
  message: 'It was not delivered before it was too old.',
  isFinal: true,
};

/** Doubles with each attempt. */
function pauseAfter(attempts: number): number {
  const { firstPauseMs, longestPauseMs } = limit.outbox;
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts, 30));
}

/** Those that failed together do not come again together. */
const apart = (pauseMs: number, { number }: StoredDelivery): number =>
  Math.round(pauseMs * (0.75 + ((number * 2_654_435_761) % 4_096) / 8_192));
