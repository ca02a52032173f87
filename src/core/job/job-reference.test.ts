// Each name of a job, and what only looks like one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeOf, splitJobId } from '../../base/ids.ts';
import { isJobName, jobIdOf } from './job-reference.ts';

const scope = scopeOf('123456789012', 'eu-west-1');
const id = '01234567-89ab-7cde-8f01-23456789abcd';
const arn = `arn:aws:batch:eu-west-1:123456789012:job/${id}`;

test('a job is named by its id and its ARN, and so are its children and nodes', () => {
  for (const suffix of ['', ':0', ':1', ':10', ':99999', '#0', '#7']) {
    assert.equal(jobIdOf(scope, id + suffix), id + suffix);
    assert.equal(jobIdOf(scope, arn + suffix), id + suffix);
    assert.ok(isJobName(id + suffix) && isJobName(arn + suffix));
  }
});

test('what only looks like a name of a child names nothing', () => {
  for (const suffix of [
    ':',
    '#',
    ':01',
    ':00',
    ':+1',
    ': 1',
    ':1 ',
    ':-1',
    ':1e0',
    ':0x1',
    ':1.0',
    ':٣',
    ':100000',
    ':1:2',
    '#01',
    '#1#2',
    ':1#2',
    '/x',
    '\n',
  ]) {
    assert.equal(jobIdOf(scope, id + suffix), undefined, suffix);
    assert.equal(jobIdOf(scope, arn + suffix), undefined, suffix);
    assert.ok(!isJobName(id + suffix), suffix);
  }
});

test('an ARN of another account, region, partition, service or kind names nothing here', () => {
  const elsewhere = [
    `arn:aws:batch:eu-west-1:210987654321:job/${id}`,
    `arn:aws:batch:us-east-1:123456789012:job/${id}`,
    `arn:aws-cn:batch:eu-west-1:123456789012:job/${id}`,
    `arn:aws:ecs:eu-west-1:123456789012:job/${id}`,
    `arn:aws:batch:eu-west-1:123456789012:job-queue/${id}`,
    `arn:aws:batch:eu-west-1:123456789012:${id}`,
    `arn:${id}`,
    `ARN:aws:batch:eu-west-1:123456789012:job/${id}`,
  ];
  for (const text of elsewhere) assert.equal(jobIdOf(scope, text), undefined, text);
  assert.ok(elsewhere.slice(0, 3).every(isJobName));
  assert.ok(!elsewhere.slice(3).some(isJobName));
});

test('an id is split where the number behind it is written plainly', () => {
  assert.deepEqual(splitJobId('j:10'), { parent: 'j', index: 10, node: undefined });
  assert.deepEqual(splitJobId('j:0'), { parent: 'j', index: 0, node: undefined });
  assert.deepEqual(splitJobId('j#3'), { parent: 'j', index: undefined, node: 3 });
  for (const text of ['j:01', 'j:00', 'j#00', 'j:', 'j', 'j0', '0', ':', '', 'j:100000', 'j:1x'])
    assert.deepEqual(splitJobId(text), { parent: text, index: undefined, node: undefined }, text);
  assert.deepEqual(splitJobId(':0'), { parent: '', index: 0, node: undefined });
});
