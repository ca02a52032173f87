// What tags of ours may say, and what each of them comes to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptId } from '../../base/ids.ts';
import { bearerOf, ownTagRefusal, ownTagsOf, type OwnTags, type TagBearer } from './own-tags.ts';
import { delayAfter } from './retry-delay.ts';

const delay = (leastSeconds: number, mostSeconds = leastSeconds): OwnTags => ({
  retryDelay: { leastSeconds, mostSeconds },
});

/** Undefined: the value is refused. */
const values: [key: string, value: string, OwnTags | undefined][] = [
  ['after', 'any', { after: 'any' }],
  ['after', 'success', { after: 'success' }],
  ['after', 'all', undefined],
  ['after', '', undefined],
  ['retry-delay', '30s', delay(30)],
  ['retry-delay', '0s', delay(0)],
  ['retry-delay', '30s..10m', delay(30, 600)],
  ['retry-delay', '1h..24h', delay(3_600, 86_400)],
  ['retry-delay', '24h', delay(86_400)],
  ['retry-delay', '30', undefined],
  ['retry-delay', '10m..30s', undefined],
  ['retry-delay', '86401s', undefined],
  ['retry-delay', '1m..25h', undefined],
  ['retry-delay', '-1s', undefined],
  ['retry-delay', '1.5s', undefined],
  ['retry-delay', '30s..', undefined],
  ['retry-delay', '30s..1m..2m', undefined],
  ['retry-delay', ' 30s', undefined],
  ['max-parallel', '1', { maxParallel: 1 }],
  ['max-parallel', '1000000', { maxParallel: 1_000_000 }],
  ['max-parallel', '1000001', undefined],
  ['max-parallel', '0', undefined],
  ['max-parallel', '07', undefined],
  ['max-parallel', 'two', undefined],
  ['max-parallel', '1e3', undefined],
  ['preemption-retries', '0', { preemptionRetries: 0 }],
  ['preemption-retries', '-1', undefined],
  ['group', 'licences/matlab-2', { group: 'licences/matlab-2' }],
  ['group', 'g'.repeat(128), { group: 'g'.repeat(128) }],
  ['group', 'g'.repeat(129), undefined],
  ['group', 'my group', undefined],
  ['group', '', undefined],
  ['cluster', 'lab', { cluster: 'lab' }],
  [
    'cluster',
    'arn:aws:eks:eu-west-1:123456789012:cluster/lab',
    { cluster: 'arn:aws:eks:eu-west-1:123456789012:cluster/lab' },
  ],
  ['cluster', 'arn:aws:ecs:eu-west-1:123456789012:cluster/lab', undefined],
  ['cluster', '', undefined],
  ['namespace', 'batch-jobs', { namespace: 'batch-jobs' }],
  ['namespace', 'n'.repeat(64), undefined],
  ['namespace', 'Batch', undefined],
  ['namespace', 'batch-', undefined],
  ['placement', 'cluster', { placement: 'cluster' }],
  ['placement', 'node', { placement: 'node' }],
  ['placement', 'nodes', undefined],
];

for (const [name, value, expected] of values)
  test(`longshore:${name} '${value.slice(0, 30)}' ${expected === undefined ? 'is refused' : 'is taken'}`, () => {
    const key = `longshore:${name}`;
    const isOfEnvironments = ['cluster', 'namespace', 'placement'].includes(name);
    const bearer = isOfEnvironments ? 'compute environment' : 'job';
    const message = ownTagRefusal(key, value, bearer)?.message;
    if (expected === undefined)
      assert.match(message ?? '', new RegExp(`^The value of tag ${key} must be .*; it is '`));
    else assert.equal(message, undefined);
    assert.deepEqual(ownTagsOf({ [key]: value, other: 'x' }), expected ?? {});
  });

const bearers: [key: string, bearer: TagBearer, RegExp | undefined][] = [
  ['longshore:max-parallel', 'job queue', undefined],
  ['longshore:max-parallel', 'job definition', undefined],
  ['longshore:max-parallel', 'other resource', /is for a job or a job definition or a job queue/],
  ['longshore:cluster', 'job queue', /is for a compute environment/],
  ['longshore:cluster', 'compute environment', undefined],
  ['longshore:paralel', 'job', /there is no such tag. There are .*longshore:max-parallel/],
  ['Longshore:Max-Parallel', 'job', /there is no such tag/],
  ['longshoreman', 'job', undefined],
];

for (const [key, bearer, refusal] of bearers)
  test(`${key} on a ${bearer} is ${refusal === undefined ? 'taken' : 'refused'}`, () => {
    const message = ownTagRefusal(key, '1', bearer)?.message;
    if (refusal === undefined) assert.equal(message, undefined);
    else assert.match(message ?? '', refusal);
  });

test('tags of others say nothing', () => {
  assert.equal(ownTagsOf(undefined), undefined);
  assert.equal(ownTagsOf({ 'nextflow.io/x': '1' }), undefined);
});

test('an ARN says what bears the tag', () => {
  const of = (rest: string): TagBearer => bearerOf(`arn:aws:batch:us-east-1:000000000000:${rest}`);
  assert.deepEqual(
    [
      'job/j',
      'job-definition/d:1',
      'job-queue/q',
      'compute-environment/c',
      'scheduling-policy/s',
    ].map(of),
    ['job', 'job definition', 'job queue', 'compute environment', 'other resource'],
  );
});

test('a delay backs off within its bounds, and attempts that failed together come back apart', () => {
  const given = { leastSeconds: 10, mostSeconds: 60 };
  for (const [number, mostMs] of [
    [1, 20_000],
    [2, 40_000],
    [3, 60_000],
    [100, 60_000],
  ] as const) {
    const delays = Array.from({ length: 500 }, (_, at) =>
      delayAfter(given, { attemptId: attemptId(at.toString(16).padStart(32, 'a')), number }),
    );
    assert.ok(delays.every((ms) => ms >= 10_000 && ms <= mostMs));
    assert.ok(new Set(delays).size > 450, 'few are alike');
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
    assert.ok(Math.abs(mean - (10_000 + mostMs) / 2) < mostMs / 10, `${mean} of ${mostMs}`);
  }
  const attempt = { attemptId: attemptId('a'), number: 3 };
  assert.equal(delayAfter({ leastSeconds: 30, mostSeconds: 30 }, attempt), 30_000);
  assert.equal(delayAfter(given, attempt), delayAfter(given, attempt));
});
