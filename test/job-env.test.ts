// --job-env: variables of all jobs' containers, on plain processes and on Docker, in arrays and
// nodes; below what definitions and overrides say; never shown, logged or kept.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DescribeJobsCommand, RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';
import { holding } from './holding.ts';
import { requirement } from './requirement.ts';
import { TestServer, type EngineName } from './server.ts';

const secret = 'job-env-secret-7f3a';

for (const engine of ['process', 'docker'] as const satisfies readonly EngineName[]) {
  test(
    `jobs on the ${engine} engine get the variables of all jobs, and nobody else sees them`,
    { skip: engine === 'docker' && requirement('docker').skip },
    async () => {
      await using server = await TestServer.start(engine, [
        '--job-env',
        `HIDDEN=${secret}`,
        '--job-env',
        'OWN=of the server',
        '--job-env',
        'GIVEN=of the server',
        '--log-level',
        'trace',
      ]);
      await server.prepare();
      // Prints the length of the secret alone: output is kept.
      const script = 'echo "$OWN|$GIVEN|${#HIDDEN}|$AWS_BATCH_JOB_ATTEMPT"';
      const definition = await server.register('d', {
        command: ['sh', '-c', script],
        environment: [{ name: 'OWN', value: 'of the definition' }],
      });
      const job = await server.whenEnded(
        await server.submit(definition, {
          containerOverrides: { environment: [{ name: 'GIVEN', value: 'of the submission' }] },
        }),
      );
      assert.deepEqual(
        [job.status, await server.lines(job)],
        ['SUCCEEDED', [`of the definition|of the submission|${secret.length}|1`]],
        job.statusReason,
      );
      const array = await server.submit(definition, { arrayProperties: { size: 2 } });
      await server.whenEnded(array);
      assert.deepEqual(await server.lines(await server.job(`${array}:1`)), [
        `of the definition|of the server|${secret.length}|1`,
      ]);

      const container = {
        image: server.image,
        command: ['sh', '-c', script],
        vcpus: 1,
        memory: 32,
      };
      await server.batch.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: 'nodes',
          type: 'multinode',
          nodeProperties: {
            numNodes: 2,
            mainNode: 0,
            nodeRangeProperties: [{ targetNodes: '0:1', container }],
          },
        }),
      );
      const nodes = await server.submit('nodes');
      assert.equal((await server.whenEnded(nodes)).status, 'SUCCEEDED');
      assert.deepEqual(await server.lines(await server.job(`${nodes}#0`)), [
        `of the server|of the server|${secret.length}|1`,
      ]);

      const shown = await server.batch.send(
        new DescribeJobsCommand({
          jobs: [job.jobId ?? '', array, `${array}:1`, nodes, `${nodes}#0`],
        }),
      );
      const health = await (await fetch(`${server.url}/_longshore/health`)).text();
      assert.ok(
        !JSON.stringify(shown).includes(secret) &&
          !health.includes(secret) &&
          !server.stderr.includes(secret),
      );
      assert.deepEqual(holding(server.dataDir, secret), []);

      const file = join(server.dataDir, 'variables');
      writeFileSync(file, '# of all jobs\nOWN=\nHIDDEN=other\n', { mode: 0o600 });
      server.flags = ['--job-env-file', file];
      await server.restart();
      const later = await server.run('later', { command: ['sh', '-c', script] });
      assert.deepEqual(
        await server.lines(later),
        ['||5|1'],
        'attempts that start afterwards have what holds then',
      );
    },
  );
}
