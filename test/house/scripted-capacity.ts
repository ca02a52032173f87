// Capacity that does only what a test says: instances run as soon as they are asked for, unless the
// test wants to say when.

import type { HostId } from '../../src/base/ids.ts';
import type {
  CapacityProvider,
  CapacityReport,
  ProvidedInstance,
} from '../../src/port/capacity.ts';

export class ScriptedCapacity implements CapacityProvider {
  prompt = true;
  /** Those that it was told to end. */
  readonly ended: HostId[] = [];
  /** What it has, as it lists it; an Error: it cannot say. */
  readonly there = new Map<HostId, ProvidedInstance>();
  cannotSay: Error | undefined;
  /** How often it was asked for one. */
  asked = 0;
  #asked: HostId[] = [];
  #report: ((report: CapacityReport) => void) | undefined;

  open(report: (report: CapacityReport) => void): void {
    this.#report = report;
  }

  launch(id: HostId): void {
    this.asked++;
    this.#asked.push(id);
    if (!this.there.has(id)) this.has(id, 'starting');
    if (this.prompt) this.run();
  }

  /** It has one, whoever asked for it. */
  has(hostId: HostId, state: ProvidedInstance['state'], launchedAtMs = 0): void {
    this.there.set(hostId, { hostId, state, launchedAtMs });
  }

  list(): Promise<readonly ProvidedInstance[]> {
    return this.cannotSay === undefined
      ? Promise.resolve([...this.there.values()])
      : Promise.reject(this.cannotSay);
  }

  /** Those that were asked for run. */
  run(): void {
    this.#say('running');
  }

  /** What becomes of them is never heard. */
  loseAnswers(): void {
    this.#asked = [];
  }

  /** They cannot be had. */
  fail(): void {
    this.#say('ended');
  }

  /** Spot takes one back. */
  interrupt(id: HostId): void {
    this.has(id, 'interrupted');
    this.#report?.({ hostId: id, report: 'interrupted' });
  }

  end(id: HostId): void {
    this.ended.push(id);
    this.there.delete(id);
    this.#asked = this.#asked.filter((asked) => asked !== id);
  }

  close(): void {
    this.#report = undefined;
  }

  #say(report: CapacityReport['report']): void {
    for (const id of this.#asked.splice(0)) {
      if (report === 'ended') this.there.delete(id);
      else this.has(id, report);
      this.#report?.({ hostId: id, report });
    }
  }
}
