// The fake engine as checkers see it: passes every call on and counts what was begun and what runs.

import type { AttemptId } from '../src/base/ids.ts';
import type { ContainerSpec, Engine, EngineReport } from '../src/port/engine.ts';

export class ObservedEngine implements Engine {
  readonly facts = { starts: new Map<string, number>(), running: new Set<string>() };
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  open(onReport: (report: EngineReport) => void) {
    return this.#engine.open((report) => {
      const { starts, running } = this.facts;
      if (report.type === 'started' && !running.has(report.attemptId) && !starts.has(report.attemptId)) {
        starts.set(report.attemptId, 1);
        running.add(report.attemptId);
      }
      if (report.type !== 'started') running.delete(report.attemptId);
      onReport(report);
    });
  }

  start = (spec: ContainerSpec) => this.#engine.start(spec);
  stop = (attemptId: AttemptId, graceMs: number) => this.#engine.stop(attemptId, graceMs);
  remove = (attemptId: AttemptId) => this.#engine.remove(attemptId);
  inspect = (attemptId: AttemptId) => this.#engine.inspect(attemptId);
  list = () => this.#engine.list();
  logs = (...given: Parameters<Engine['logs']>) => this.#engine.logs(...given);
  close = () => this.#engine.close();
}
