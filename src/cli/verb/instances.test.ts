// `longshore instances` and `longshore instance` against a scripted server: how environments and
// instances are named, and what is refused before anything is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAgainst } from '../../../test/house/scripted-server.ts';

const cluster = 'arn:aws:ecs:us-east-1:000000000000:cluster/my-hosts_Batch_0d9a1111-2222';
const containerInstance = {
  containerInstanceArn:
    'arn:aws:ecs:us-east-1:000000000000:container-instance/my-hosts_Batch_0d9a1111-2222/3f2c',
  ec2InstanceId: 'i-3f2c',
  status: 'ACTIVE',
  agentConnected: true,
  attributes: [{ name: 'longshore.docker-host', value: 'tcp://a:2376' }],
};
const script = {
  ListClusters: () => ({
    clusterArns: ['arn:aws:ecs:us-east-1:000000000000:cluster/other_Batch_1', cluster],
  }),
  ListContainerInstances: (input: { cluster: string }) => ({
    containerInstanceArns:
      input.cluster === cluster ? [containerInstance.containerInstanceArn] : [],
  }),
  DescribeContainerInstances: () => ({ containerInstances: [containerInstance] }),
  RegisterContainerInstance: () => ({ containerInstance }),
};

test('a compute environment is named by itself, or by its cluster', async () => {
  for (const name of ['my-hosts', 'my-hosts_Batch_0d9a1111-2222', cluster]) {
    const { code, stdout } = await runAgainst(script, ['instances', '--cluster', name]);
    assert.equal(code, 0);
    assert.match(stdout, /^ID .*\n3f2c +my-hosts +ACTIVE .*tcp:\/\/a:2376\n$/, name);
  }
  const { code, calls } = await runAgainst(script, [
    'instance',
    'register',
    '--cluster',
    'my-hosts',
    '--docker-host',
    'tcp://a:2376',
  ]);
  assert.deepEqual([code, calls.at(-1)?.input['cluster']], [0, cluster]);
  const unknown = await runAgainst(script, ['instances', '--cluster', 'mine']);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [1, 'longshore instances: there is no compute environment and no cluster mine\n'],
  );
});

test('an environment without instances says how they come', async () => {
  const { code, stdout, stderr } = await runAgainst(script, ['instances', '--cluster', 'other']);
  assert.deepEqual(
    [code, stdout, stderr],
    [0, '', 'No instances: managed compute environments launch them when jobs wait.\n'],
  );
});

test('instance refuses what makes no sense, and asks the server nothing', async () => {
  const cases: [words: string[], stderr: RegExp][] = [
    [
      ['reboot', 'i-1'],
      /'reboot' is none of register, drain, activate, deregister, interrupt, terminate/,
    ],
    [['toString', 'i-1'], /'toString' is none of/],
    [['drain'], /drain needs the ID of an instance/],
    [['drain', '3f2c', '--force'], /drain takes no --force/],
    [['interrupt', 'i-1', '--cluster', 'a'], /interrupt takes no --cluster/],
    [['terminate', 'i-1'], /'i-1' is not the id of an EC2 instance/],
    [['register', '3f2c'], /unexpected argument '3f2c'/],
    [
      ['register', '--docker-host', 'tcp://a'],
      /--cluster must be given: the UNMANAGED compute environment/,
    ],
    [['register', '--cluster', 'a'], /--docker-host must be given/],
  ];
  for (const [words, stderr] of cases) {
    const run = await runAgainst(script, ['instance', ...words]);
    assert.deepEqual([run.code, run.calls], [2, []], words.join(' '));
    assert.match(run.stderr, stderr);
  }
});
