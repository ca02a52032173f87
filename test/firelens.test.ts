// FireLens on Docker: a container that listens as Fluent Bit does gets the output of the one beside
// it, as the configuration that it was given says.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RegisterJobDefinitionCommand } from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DockerHost } from './docker-host.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

/**
 * In Fluent Bit's place, which no image here has: prints its configuration and the text in what
 * comes, and says so once the line has come.
 */
const router = `
  const { readFileSync, writeFileSync } = require('node:fs');
  console.log(readFileSync('/fluent-bit/etc/fluent-bit.conf', 'utf8'));
  require('node:net').createServer((socket) => socket.on('data', (data) => {
    const text = data.toString('latin1').replaceAll(/[^ -~]+/g, ' ');
    console.log('came ' + text);
    if (text.includes('routed line')) writeFileSync('/seen/it', '');
  })).listen('/var/run/fluent.sock');
  process.on('SIGTERM', () => process.exit(0));`;

test('output goes to the router of its task', { skip: requirement('docker').skip }, async () => {
  const seen = mkdtempSync(join(tmpdir(), 'longshore-firelens-'));
  await using server = await TestServer.start('docker');
  try {
    await server.prepare();
    const resourceRequirements = [
      { type: 'VCPU' as const, value: '1' },
      { type: 'MEMORY' as const, value: '128' },
    ];
    const shared = { sourceVolume: 'seen', containerPath: '/seen' };
    // This machine's Node and its libraries: the image of the tests has none.
    const libraries = ['/lib', '/lib64', '/usr/lib'];
    const image = server.image;
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'routed',
        type: 'container',
        ecsProperties: {
          taskProperties: [
            {
              volumes: [
                { name: 'seen', host: { sourcePath: seen } },
                { name: 'node', host: { sourcePath: process.execPath } },
                ...libraries.map((sourcePath, index) => ({
                  name: `lib${index}`,
                  host: { sourcePath },
                })),
              ],
              containers: [
                {
                  name: 'app',
                  image,
                  resourceRequirements,
                  command: [
                    'sh',
                    '-c',
                    'echo a routed line; until [ -e /seen/it ]; do sleep 0.1; done',
                  ],
                  mountPoints: [shared],
                  logConfiguration: {
                    logDriver: 'awsfirelens',
                    options: { Name: 'null', Format: 'json' },
                  },
                },
                {
                  name: 'router',
                  image,
                  essential: false,
                  resourceRequirements,
                  command: ['/node', '-e', router],
                  mountPoints: [
                    shared,
                    { sourceVolume: 'node', containerPath: '/node', readOnly: true },
                    ...libraries.map((containerPath, index) => ({
                      sourceVolume: `lib${index}`,
                      containerPath,
                      readOnly: true,
                    })),
                  ],
                  firelensConfiguration: { type: 'fluentbit' },
                },
              ],
            },
          ],
        },
      }),
    );
    const id = await server.submit('routed');
    const job = await server.whenEnded(id);
    assert.equal(job.status, 'SUCCEEDED', JSON.stringify(job.ecsProperties, undefined, 1));
    const [app, other] = job.ecsProperties?.taskProperties?.[0]?.containers ?? [];
    assert.equal(app?.logStreamName, undefined);
    const { events = [] } = await server.logs.send(
      new GetLogEventsCommand({
        logGroupName: '/aws/batch/job',
        logStreamName: other?.logStreamName,
        startFromHead: true,
      }),
    );
    const printed = events.map(({ message }) => message).join('\n');
    assert.match(printed, /unix_path \/var\/run\/fluent\.sock/);
    assert.match(printed, /Record ecs_task_definition routed:1/);
    assert.match(printed, /Name null\n {4}Match app-firelens\*\n {4}Format json/);
    const task = job.ecsProperties?.taskProperties?.[0]?.taskArn?.split('/').at(-1);
    assert.match(printed, new RegExp(`came .*app-firelens-${task}.*a routed line`));
    const label = `longshore.instance=${server.instance()}`;
    await until('its volumes go with it', async () => {
      const volumes = await DockerHost.here().volumes(label);
      return volumes.length === 0;
    });
  } finally {
    rmSync(seen, { recursive: true, force: true });
  }
});
