// Multi-node parallel jobs: a job of a thousand nodes from its submission to its end, its instances
// launched for it, on the fake engine.

import { BenchServer } from './bench-server.ts';
import { median } from './load-client.ts';
import type { Figure } from './report.ts';

const numNodes = 1_000;

export async function nodesBench(): Promise<Figure[]> {
  await using server = await BenchServer.start('fake', ['--instance-limit', '10000']);
  await server.prepare();
  const container = { image: 'busybox', command: ['sleep', '3600'], vcpus: 1, memory: 16 };
  await server.call('RegisterJobDefinition', {
    jobDefinitionName: 'nodes',
    type: 'multinode',
    nodeProperties: {
      numNodes,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: ':', container }],
    },
  });
  const rounds: Times[] = [];
  for (let round = 0; round < 5; round++) rounds.push(await run(server));
  const note = 'median of 5, one after the other, instances launched for each';
  const secondsOf = (part: (times: Times) => number): number => median(rounds.map(part)) / 1000;
  return [
    {
      what: `a job of ${numNodes} nodes, placed and run`,
      value: secondsOf(({ startMs, endMs }) => startMs + endMs),
      unit: 's',
      target: { bound: 'at most', value: 2 },
      note,
    },
    {
      what: '  from its submission until every node is RUNNING',
      value: secondsOf(({ startMs }) => startMs),
      unit: 's',
    },
    {
      what: '  from TerminateJob until every node has ended',
      value: secondsOf(({ endMs }) => endMs),
      unit: 's',
    },
  ];
}

interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

async function run(server: BenchServer): Promise<Times> {
  const began = performance.now();
  const { jobId } = await server.call<{ jobId: string }>('SubmitJob', {
    jobName: 'nodes',
    jobQueue: 'bench',
    jobDefinition: 'nodes',
  });
  while ((await server.jobCounts())['RUNNING'] !== numNodes)
    await new Promise((resolve) => setTimeout(resolve, 4));
  const running = performance.now();
  await server.call('TerminateJob', { jobId, reason: 'measured' });
  await server.whenIdle();
  return { startMs: running - began, endMs: performance.now() - running };
}
