// What events bring about by the rules that they match, until it is handed on: some at a time, so
// that no transaction is too large for those that wait behind it. It hands nothing on itself.

import { limit } from '../../../core/limit.ts';
import type { NewArchivedEvent } from '../../../port/archive.ts';
import type { NewDelivery } from '../../../port/delivery.ts';

export class Brought {
  #deliveries: NewDelivery[] = [];
  #archived: NewArchivedEvent[] = [];
  #characters = 0;

  send(delivery: NewDelivery): void {
    this.#deliveries.push(delivery);
    this.#characters += delivery.body.length;
  }

  keep(event: NewArchivedEvent): void {
    this.#archived.push(event);
    this.#characters += event.body.length;
  }

  get isEmpty(): boolean {
    return this.#deliveries.length + this.#archived.length === 0;
  }

  /** As much as one transaction is to hold, or more. */
  get isMuch(): boolean {
    const { deliveriesAtOnce, charactersAtOnce } = limit.outbox;
    return (
      this.#deliveries.length + this.#archived.length >= deliveriesAtOnce ||
      this.#characters >= charactersAtOnce
    );
  }

  /** What came first, for one transaction; where it is not much, all of it. */
  takeSome(): {
    readonly deliveries: readonly NewDelivery[];
    readonly archived: readonly NewArchivedEvent[];
  } {
    const { deliveriesAtOnce, charactersAtOnce } = limit.outbox;
    let room = deliveriesAtOnce;
    let left: number = charactersAtOnce;
    const take = <Each extends { readonly body: string }>(from: Each[]): Each[] => {
      let count = 0;
      for (const { body } of from) {
        if (room <= 0 || left <= 0) break;
        count++;
        room--;
        left -= body.length;
        this.#characters -= body.length;
      }
      return from.splice(0, count);
    };
    return { deliveries: take(this.#deliveries), archived: take(this.#archived) };
  }
}
