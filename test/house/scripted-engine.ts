// An engine that does only what a test says: it knows the attempts that it is given, notes what it
// is asked for and reports nothing by itself.

import type { AttemptId } from '../../src/base/ids.ts';
import type {
  ContainerSpec,
  Engine,
  EngineAttempt,
  EngineCapabilities,
  EngineReport,
  LogBatch,
  LogPosition,
} from '../../src/port/engine.ts';

export class ScriptedEngine implements Engine {
  readonly attempts = new Map<AttemptId, EngineAttempt>();
  /** In order: `start`, `stop`, `remove`, each with the attempt. */
  readonly calls: string[] = [];
  readonly specs = new Map<AttemptId, ContainerSpec>();
  report: (report: EngineReport) => void = () => undefined;
  /** What calls do beside being noted; a rejection is theirs. */
  onStart: (spec: ContainerSpec) => Promise<void> = async () => undefined;
  onStop: (attemptId: AttemptId) => Promise<void> = async () => undefined;
  onList: () => Promise<void> = async () => undefined;
  onLogs: (attemptId: AttemptId, from: LogPosition | undefined) => AsyncIterable<LogBatch> =
    async function* none() {};

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.report = onReport;
    return { kind: 'fake', version: 'scripted', logDrivers: [], gpus: false };
  }

  start(spec: ContainerSpec): Promise<void> {
    this.calls.push(`start ${spec.attemptId}`);
    this.specs.set(spec.attemptId, spec);
    return this.onStart(spec);
  }

  stop(id: AttemptId): Promise<void> {
    this.calls.push(`stop ${id}`);
    return this.onStop(id);
  }

  async remove(id: AttemptId): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.attempts.delete(id);
  }

  async inspect(id: AttemptId): Promise<EngineAttempt | undefined> {
    return this.attempts.get(id);
  }

  async list(): Promise<readonly EngineAttempt[]> {
    await this.onList();
    return [...this.attempts.values()];
  }

  logs(id: AttemptId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    return this.onLogs(id, from);
  }

  async close(): Promise<void> {}

  /** Takes the calls noted so far. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }
}

/** Lines as an engine hands them out, their count so far as the position. */
export const batch = (position: number, ...lines: string[]): LogBatch => ({
  lines: lines.map((line) => ({ timestampMs: 0, message: new TextEncoder().encode(line) })),
  position: String(position),
});

/** Output that nobody ever reads to its end. */
export async function* endless(): AsyncGenerator<LogBatch> {
  await new Promise(() => undefined);
  yield batch(0);
}
