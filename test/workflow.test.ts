// The user guide's example workflow of five jobs (chapter Array Jobs) on real engines, with few
// children for its ten thousand. At its full size it runs in dependencies.test.ts.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DescribeJobsCommand,
  type JobDetail,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';

describe('the example workflow of five jobs', () => {
  for (const engine of ['process', 'docker'] as const) {
    test(
      `runs as written (${engine})`,
      { skip: engine === 'docker' && requirement('docker').skip },
      async () => {
        await using server = await TestServer.start(engine, ['--capacity', 'vcpus=8,memory=65536']);
        await server.prepare('ProdQueue');
        const says = {
          command: ['sh', '-c', 'echo $AWS_BATCH_JOB_ARRAY_INDEX of $AWS_BATCH_JOB_ARRAY_SIZE'],
        };
        for (const name of [
          'JobA-list-and-validate',
          'JobB-CPU-Intensive-Processing',
          'JobC-Memory-Intensive-Processing',
          'JobD-Sequential-Validation',
        ])
          await server.register(name, says);
        await server.register('JobE-Cleanup-and-Notification', {
          command: ['echo', 'Ref::SourceBucket', 'Ref::Recipient'],
        });

        const parallel = {
          containerOverrides: { vcpus: 1, memory: 64 },
          arrayProperties: { size: 4 },
        };
        const submit = (
          jobName: string,
          jobDefinition: string,
          more: Partial<SubmitJobCommandInput>,
        ): Promise<string> =>
          server.submit(jobDefinition, { jobName, jobQueue: 'ProdQueue', ...more });
        const a = await submit('JobA', 'JobA-list-and-validate:1', {});
        const b = await submit('JobB', 'JobB-CPU-Intensive-Processing:1', {
          ...parallel,
          dependsOn: [{ jobId: a }],
        });
        const c = await submit('JobC', 'JobC-Memory-Intensive-Processing:1', {
          ...parallel,
          dependsOn: [{ jobId: b, type: 'N_TO_N' }],
        });
        const d = await submit('JobD', 'JobD-Sequential-Validation:1', {
          ...parallel,
          arrayProperties: { size: 3 },
          dependsOn: [{ jobId: c }, { type: 'SEQUENTIAL' }],
        });
        const e = await submit('JobE', 'JobE-Cleanup-and-Notification:1', {
          parameters: {
            SourceBucket: 's3://JobD-Output-Bucket',
            Recipient: 'pipeline-notifications@mycompany.com',
          },
          dependsOn: [{ jobId: d }],
        });
        assert.equal((await server.whenEnded(e)).status, 'SUCCEEDED');

        const describeJobs = async (...jobs: string[]): Promise<JobDetail[]> =>
          (await server.batch.send(new DescribeJobsCommand({ jobs }))).jobs ?? [];
        const children = (parent: string, size: number): Promise<JobDetail[]> =>
          describeJobs(...Array.from({ length: size }, (_, index) => `${parent}:${index}`));
        const [whole, ofB, ofC, ofD] = [
          await describeJobs(a, b, c, d, e),
          await children(b, 4),
          await children(c, 4),
          await children(d, 3),
        ];
        for (const job of [...whole, ...ofB, ...ofC, ...ofD])
          assert.equal(job.status, 'SUCCEEDED', job.jobId);
        const assertAfter = (later: JobDetail | undefined, earlier: JobDetail | undefined): void =>
          assert(
            Number(later?.startedAt) >= Number(earlier?.stoppedAt),
            `${later?.jobId} began before ${earlier?.jobId} was over`,
          );
        for (const [index, child] of ofB.entries()) {
          assertAfter(child, whole[0]);
          assertAfter(ofC[index], child);
        }
        for (const [index, child] of ofD.entries())
          assertAfter(child, index === 0 ? whole[2] : ofD[index - 1]);
        assertAfter(whole[4], whole[3]);
        assert.deepEqual(await server.lines(await server.job(`${c}:2`)), ['2 of 4']);
        assert.deepEqual(await server.lines(await server.job(e)), [
          's3://JobD-Output-Bucket pipeline-notifications@mycompany.com',
        ]);
      },
    );
  }
});
