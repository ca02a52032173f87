// Lets many jobs wait in a data directory that a server has prepared, quickly: through the command
// bus of a server's control in this process, without HTTP. The rows and the world are those that
// SubmitJob makes. Run by a benchmark with --expose-gc: `fill.ts DIRECTORY COUNT`, which prints
// what the jobs hold of memory as JSON.

import { join } from 'node:path';
import { LocalCapacity } from '../src/capacity/local/local-capacity.ts';
import { jobId, scopeOf } from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import { Control } from '../src/control/control.ts';
import { awsLimits } from '../src/core/limit.ts';
import { FakeEngine } from '../src/engine/fake/fake-engine.ts';
import { systemClock, systemIds } from '../src/server/system-ports.ts';
import { FileLogSink } from '../src/store/log-file/log-file-sink.ts';
import { SqliteStore } from '../src/store/sqlite/store.ts';

/** The process in which the jobs wait, measured after a full collection. */
export interface Filled {
  readonly heapMib: number;
  readonly residentMib: number;
  readonly seconds: number;
}

const [directory, wanted] = process.argv.slice(2);
if (directory === undefined || wanted === undefined || globalThis.gc === undefined)
  throw new Error('usage: node --expose-gc fill.ts DIRECTORY COUNT');

const fail = (error: unknown): never => {
  throw error;
};
const noHosts = new Error('there are no hosts');
const control = new Control({
  store: new SqliteStore(join(directory, 'longshore.db')),
  logSink: new FileLogSink(join(directory, 'logs')),
  engine: new FakeEngine({ clock: systemClock }),
  hosts: { probe: () => fail(noHosts), engine: () => fail(noHosts) },
  capacity: new LocalCapacity(systemClock, 0),
  clock: systemClock,
  ids: systemIds,
  secrets: { resolve: () => fail(noHosts) },
  settings: { limits: { ...awsLimits, submittedJobs: 100_000_000 } },
  onProblem: (_what, error) => fail(error),
  onFatal: fail,
});
const scope = scopeOf('000000000000', 'us-east-1');
const envelope = { part: 'bench' };
const began = performance.now();
const atOnce = 500;
for (let left = Number(wanted); left > 0; left -= atOnce) {
  const replies = await Promise.all(
    Array.from({ length: Math.min(atOnce, left) }, (_, at) =>
      control.bus.submit(
        {
          type: 'submit-job',
          scope,
          jobId: jobId(systemIds.uuid()),
          request: { jobName: `job-${left - at}`, jobQueue: 'bench', jobDefinition: 'no-op' },
        },
        envelope,
      ),
    ),
  );
  const refused = replies.find((reply) => isRefusal(reply));
  if (refused !== undefined) throw new Error(JSON.stringify(refused));
}
const seconds = (performance.now() - began) / 1000;
globalThis.gc();
const { heapUsed, rss } = process.memoryUsage();
process.stdout.write(
  `${JSON.stringify({ heapMib: heapUsed / 2 ** 20, residentMib: rss / 2 ** 20, seconds } satisfies Filled)}\n`,
);
await control.close();
