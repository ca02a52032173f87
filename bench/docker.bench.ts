// Docker: one lone job beside `docker run` of the same image, taken in turns so that a noisy
// machine is noisy for both.

import { execFileSync } from 'node:child_process';
import { dockerAnswers } from '../src/engine/docker/docker-answers.ts';
import { testImage, testImageSkip } from '../test/house/image.ts';
import { BenchServer } from './bench-server.ts';
import { median } from './load-client.ts';
import type { Figure } from './report.ts';
import { loneJob } from './whole-jobs.bench.ts';

export async function dockerBench(): Promise<Figure[]> {
  const answer = await dockerAnswers();
  const lacking = answer.answers ? testImageSkip() : `no Docker engine answers: ${answer.why}`;
  if (lacking !== false) {
    console.error(`  left out: ${lacking}`);
    return [];
  }
  const image = testImage();
  await using server = await BenchServer.start('docker');
  await server.prepare({ image });
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < 20; round++) {
    ours.push(await loneJob(server));
    const began = performance.now();
    execFileSync('docker', ['run', '--rm', '--network', 'host', image, 'true']);
    theirs.push(performance.now() - began);
  }
  return [
    {
      what: 'docker run of a no-op',
      value: median(theirs),
      unit: 'ms',
      note: 'median of 20, taken in turns with the next',
    },
    {
      what: 'one lone no-op job, Docker, above docker run',
      value: median(ours) - median(theirs),
      unit: 'ms',
      target: { bound: 'at most', value: 30 },
      note: `the job: ${Math.round(median(ours))} ms, submit to SUCCEEDED`,
    },
  ];
}
