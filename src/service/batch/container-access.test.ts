// What condition keys say of containers: each container is asked about by itself, and what a
// request leaves out has no key.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { context } from '../../../test/house/caller.ts';
import { registerJobDefinition } from './job-definition/register-job-definition.ts';
import { submitJob } from './job/submit-job.ts';

type Keys = Readonly<Record<string, string>>;

/** The conditions of each access to the action itself; keys without the service. */
const keysOf = (access: ReturnType<typeof registerJobDefinition.authorizes>): object[] =>
  access
    .filter(({ action }) => action.startsWith('batch:') && action !== 'batch:TagResource')
    .map(({ conditions }) =>
      Object.fromEntries(
        Object.entries(conditions?.() ?? {}).map(([key, value]) => [
          key.replace(/^batch:/, ''),
          value,
        ]),
      ),
    );

const defined = (input: Partial<RegisterJobDefinitionCommandInput>): object[] =>
  keysOf(
    registerJobDefinition.authorizes(
      { jobDefinitionName: 'd', type: 'container', ...input },
      context,
    ),
  );

const submitted = (input: Partial<SubmitJobCommandInput>): object[] =>
  keysOf(
    submitJob.authorizes({ jobName: 'n', jobQueue: 'q', jobDefinition: 'd', ...input }, context),
  );

const plain = { Privileged: 'false' };
const container = (image: string) => ({ image, vcpus: 1, memory: 4 });

describe('the condition keys of a definition', () => {
  const rows: readonly (readonly [
    string,
    Partial<RegisterJobDefinitionCommandInput>,
    ...(readonly Keys[]),
  ])[] = [
    ['are none where nothing is said', {}, {}],
    [
      'of a container, as it says',
      {
        containerProperties: {
          image: 'i',
          user: '1000',
          privileged: true,
          logConfiguration: { logDriver: 'json-file' },
        },
      },
      { Image: 'i', User: '1000', Privileged: 'true', LogDriver: 'json-file' },
    ],
    [
      'leave out what it leaves out, or leaves empty, but that it is not privileged',
      { containerProperties: { image: 'i', user: '' } },
      { Image: 'i', ...plain },
    ],
    [
      'of where the output goes',
      {
        containerProperties: {
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': 'g',
              'awslogs-region': 'eu-west-1',
              'awslogs-create-group': 'true',
              'awslogs-stream-prefix': 'p',
            },
          },
        },
      },
      {
        ...plain,
        LogDriver: 'awslogs',
        AWSLogsGroup: 'g',
        AWSLogsRegion: 'eu-west-1',
        AWSLogsCreateGroup: 'true',
        AWSLogsStreamPrefix: 'p',
      },
    ],
    [
      'of each range of nodes',
      {
        type: 'multinode',
        nodeProperties: {
          numNodes: 4,
          mainNode: 0,
          nodeRangeProperties: [
            { targetNodes: '0', container: container('a') },
            { targetNodes: '1:', container: { ...container('b'), privileged: true } },
          ],
        },
      },
      { Image: 'a', ...plain },
      { Image: 'b', Privileged: 'true' },
    ],
    [
      'of each container of a task',
      {
        ecsProperties: {
          taskProperties: [{ containers: [{ image: 'a', user: 'u' }, { image: 'b' }] }],
        },
      },
      { Image: 'a', User: 'u', ...plain },
      { Image: 'b', ...plain },
    ],
    [
      'of each container of a pod, with those of the pod',
      {
        eksProperties: {
          podProperties: {
            serviceAccountName: 's',
            metadata: { namespace: 'n' },
            containers: [
              {
                image: 'a',
                securityContext: { runAsUser: 0, runAsGroup: 7, privileged: true },
              },
            ],
            initContainers: [{ image: 'b' }],
          },
        },
      },
      {
        EKSImage: 'a',
        EKSPrivileged: 'true',
        EKSRunAsUser: '0',
        EKSRunAsGroup: '7',
        EKSNamespace: 'n',
        EKSServiceAccountName: 's',
      },
      { EKSImage: 'b', EKSPrivileged: 'false', EKSNamespace: 'n', EKSServiceAccountName: 's' },
    ],
  ];
  for (const [title, input, ...keys] of rows)
    it(title, () => assert.deepEqual(defined(input), keys));

  it('are of no more ranges and containers than there may be', () => {
    const many = (length: number) => Array.from({ length }, (_, n) => container(`${n}`));
    const ranges = many(1000).map((one) => ({ targetNodes: '0', container: one }));
    assert.equal(
      defined({ nodeProperties: { numNodes: 1, mainNode: 0, nodeRangeProperties: ranges } }).length,
      5,
    );
    assert.equal(
      defined({ ecsProperties: { taskProperties: [{ containers: many(1000) }] } }).length,
      10,
    );
  });
});

describe('the condition keys of a submission', () => {
  const rows: readonly (readonly [string, Partial<SubmitJobCommandInput>, ...(readonly Keys[])])[] =
    [
      ['are none where nothing is said', {}, {}],
      ['of its share', { shareIdentifier: 's' }, { ShareIdentifier: 's' }],
      [
        'of each container of a pod that it changes',
        {
          shareIdentifier: 's',
          eksPropertiesOverride: {
            podProperties: {
              metadata: { namespace: 'n' },
              containers: [{ image: 'a' }, {}],
            },
          },
        },
        { EKSImage: 'a', EKSNamespace: 'n', ShareIdentifier: 's' },
        { EKSNamespace: 'n', ShareIdentifier: 's' },
      ],
    ];
  for (const [title, input, ...keys] of rows)
    it(title, () => assert.deepEqual(submitted(input), keys));
});

it('the consumable resources of every range of nodes are asked for, each once', () => {
  const consumableResourceProperties = {
    consumableResourceList: [{ consumableResource: 'licence', quantity: 1 }],
  };
  const range = { targetNodes: '0', consumableResourceProperties };
  const definition = registerJobDefinition.authorizes(
    {
      jobDefinitionName: 'd',
      type: 'multinode',
      nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [range, range] },
    },
    context,
  );
  const job = submitJob.authorizes(
    {
      jobName: 'n',
      jobQueue: 'q',
      jobDefinition: 'd',
      nodeOverrides: {
        nodePropertyOverrides: [
          {
            targetNodes: '0',
            consumableResourcePropertiesOverride: consumableResourceProperties,
          },
        ],
      },
    },
    context,
  );
  for (const [access] of [definition, job])
    assert.deepEqual(
      access?.resources.filter((arn) => arn.includes(':consumable-resource/')),
      ['arn:aws:batch:eu-west-1:123456789012:consumable-resource/licence'],
    );
});

it('the roles of tasks are handed over like those of containers', () => {
  const access = registerJobDefinition.authorizes(
    {
      jobDefinitionName: 'd',
      type: 'container',
      ecsProperties: {
        taskProperties: [{ containers: [], taskRoleArn: 'task', executionRoleArn: 'execution' }],
      },
    },
    context,
  );
  assert.deepEqual(
    access.find(({ action }) => action === 'iam:PassRole')?.resources,
    ['task', 'execution'].map((name) => `arn:aws:iam::123456789012:role/${name}`),
  );
});
