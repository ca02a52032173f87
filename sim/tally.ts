// What many seeds come to: the numbers that a run of the simulation prints.

/** What one seed gave, as plain data, so that it passes between processes. */
export interface SeedReport {
  readonly seed: number;
  /** 2 where it was run once more to see that it repeats. */
  readonly runs: number;
  /** The sum of all its runs. */
  readonly cpuMs: number;
  /** The law that it broke, and where. */
  readonly problem?: string;
  readonly hash?: string;
  readonly commands?: number;
  readonly restarts?: number;
  readonly commits?: number;
  readonly steps?: number;
  readonly faults?: Readonly<Record<string, number>>;
}

export class Tally {
  seeds = 0;
  failed = 0;
  #runs = 0;
  #cpuMs = 0;
  #commands = 0;
  #leastCommands = Infinity;
  #restarts = 0;
  #commits = 0;
  #steps = 0;
  #leastFaults = Infinity;
  readonly #faults = new Map<string, number>();

  add(report: SeedReport): void {
    this.seeds++;
    this.#runs += report.runs;
    this.#cpuMs += report.cpuMs;
    if (report.problem !== undefined) {
      this.failed++;
      return;
    }
    this.#commands += report.commands ?? 0;
    this.#leastCommands = Math.min(this.#leastCommands, report.commands ?? 0);
    this.#restarts += report.restarts ?? 0;
    this.#commits += report.commits ?? 0;
    this.#steps += report.steps ?? 0;
    let faults = 0;
    for (const [kind, count] of Object.entries(report.faults ?? {})) {
      faults += count;
      this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
    }
    this.#leastFaults = Math.min(this.#leastFaults, faults);
  }

  text(): string {
    const number = (value: number): string => value.toLocaleString('en-US');
    const faults = [...this.#faults].sort((a, b) => b[1] - a[1]);
    const passed = this.seeds - this.failed;
    const counts = [
      `commands: ${number(this.#commands)}, at least ${this.#leastCommands} a seed; ${number(this.#commits)} commits, ${number(this.#steps)} steps`,
      `faults: ${number(faults.reduce((sum, [, count]) => sum + count, 0))}, at least ${this.#leastFaults} a seed: ${faults.map(([kind, count]) => `${kind} ${number(count)}`).join(', ')}`,
      `restarts of the server: ${number(this.#restarts)}`,
    ];
    return [
      ...(passed === 0 ? [] : counts),
      `speed: ${Math.round((this.#runs / this.#cpuMs) * 60_000)} seeds a minute on one core, ${number(this.#runs)} runs`,
      this.failed === 0
        ? `${number(passed)} seeds pass`
        : `${number(passed)} seeds pass, ${number(this.failed)} break a law`,
      `${passed} passed, ${this.failed} failed, 0 skipped`,
    ].join('\n');
  }
}
