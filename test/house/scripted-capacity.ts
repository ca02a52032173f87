// Capacity that does only what a test says: instances run as soon as they are asked for, unless the
// test wants to say when.

import type { HostId } from '../../src/base/ids.ts';
import type { CapacityProvider, CapacityReport } from '../../src/port/capacity.ts';

export class ScriptedCapacity implements CapacityProvider {
  prompt = true;
  /** Those that it was told to end. */
  readonly ended: HostId[] = [];
  #asked: HostId[] = [];
  #report: ((report: CapacityReport) => void) | undefined;

  open(report: (report: CapacityReport) => void): void {
    this.#report = report;
  }

  launch(id: HostId): void {
    this.#asked.push(id);
    if (this.prompt) this.run();
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
    this.#report?.({ hostId: id, report: 'interrupted' });
  }

  end(id: HostId): void {
    this.ended.push(id);
    this.#asked = this.#asked.filter((asked) => asked !== id);
  }

  close(): void {
    this.#report = undefined;
  }

  #say(report: CapacityReport['report']): void {
    for (const id of this.#asked.splice(0)) this.#report?.({ hostId: id, report });
  }
}
