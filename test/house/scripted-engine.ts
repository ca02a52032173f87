// An engine that does only what a test says: it knows the attempts that it is given, notes what it
// is asked for and reports nothing by itself.

import type { ContainerId } from '../../src/base/ids.ts';
import type {
  ContainerSpec,
  Engine,
  EngineContainer,
  EngineCapabilities,
  EngineReport,
  LogBatch,
  LogPosition,
} from '../../src/port/engine.ts';

export class ScriptedEngine implements Engine {
  readonly containers = new Map<ContainerId, EngineContainer>();
  /** In order: `start`, `stop`, `remove`, each with the attempt. */
  readonly calls: string[] = [];
  readonly specs = new Map<ContainerId, ContainerSpec>();
  report: (report: EngineReport) => void = () => undefined;
  /** What calls do beside being noted; a rejection is theirs. */
  onStart: (spec: ContainerSpec) => Promise<void> = async () => undefined;
  onStop: (containerId: ContainerId) => Promise<void> = async () => undefined;
  onList: () => Promise<void> = async () => undefined;
  onLogs: (containerId: ContainerId, from: LogPosition | undefined) => AsyncIterable<LogBatch> =
    async function* none() {};

  onExecute: Required<Engine>['execute'] = async () => ({ cannot: 'nothing runs here' });

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.report = onReport;
    return { kind: 'fake', version: 'scripted', logDrivers: [], gpus: false };
  }

  start(spec: ContainerSpec): Promise<void> {
    this.calls.push(`start ${spec.containerId}`);
    this.specs.set(spec.containerId, spec);
    return this.onStart(spec);
  }

  stop(id: ContainerId): Promise<void> {
    this.calls.push(`stop ${id}`);
    return this.onStop(id);
  }

  async remove(id: ContainerId): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.containers.delete(id);
  }

  async inspect(id: ContainerId): Promise<EngineContainer | undefined> {
    return this.containers.get(id);
  }

  async list(): Promise<readonly EngineContainer[]> {
    await this.onList();
    return [...this.containers.values()];
  }

  logs(id: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    return this.onLogs(id, from);
  }

  execute: Required<Engine>['execute'] = (id, request) => this.onExecute(id, request);

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
