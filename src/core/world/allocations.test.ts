// What an attempt takes of its host's own books: a node of a multi-node job has an instance or
// registered host to itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId, jobId } from '../../base/ids.ts';
import { allocationOf, Allocations } from './allocations.ts';
import type { Host } from '../host/host.ts';
import { noNeeds } from '../job/needs.ts';
import type { JobTerms } from '../job/terms.ts';

const needs = { milliVcpu: 1000, memoryMib: 100, gpus: 0 };
const capacity = { milliVcpu: 4000, memoryMib: 8000, gpus: 1 };
const single: JobTerms = { needs };
const main: JobTerms = {
  needs,
  nodes: { numNodes: 2, mainNode: 0, groups: [{ from: 0, to: 1, terms: single }] },
};
const hosts = {
  machine: { kind: 'machine', id: hostId('m'), capacity, title: 'm' },
  instance: {
    kind: 'instance',
    id: hostId('i'),
    machineId: hostId('m'),
    capacity,
    title: 'i',
  } as Host,
  registered: { kind: 'registered', id: hostId('r'), capacity, title: 'r' } as Host,
} satisfies Record<string, Host>;

const cases: [
  title: string,
  id: string,
  terms: JobTerms,
  on: keyof typeof hosts,
  alone: boolean,
][] = [
  ['a single job', 'j', single, 'instance', false],
  ['a child of an array', 'j:1', single, 'registered', false],
  ['a main node', 'j', main, 'instance', true],
  ['a main node', 'j', main, 'registered', true],
  ['another node', 'j#1', single, 'instance', true],
  ['another node', 'j#1', single, 'registered', true],
  ['a main node', 'j', main, 'machine', false],
  ['another node', 'j#1', single, 'machine', false],
];

for (const [title, id, terms, on, alone] of cases) {
  test(`${title} takes ${alone ? 'all' : 'its needs'} of the books of a host of kind ${on}, and its needs of what is beneath and around`, () => {
    const host = hosts[on];
    const allocation = allocationOf(
      { id: jobId(id), terms, queueArn: arn('q') },
      { hostId: host.id, computeEnvironmentArn: arn('ce') },
      host,
    );
    assert.deepEqual([allocation.onHost, allocation.needs], [alone ? capacity : needs, needs]);
    const books = new Allocations();
    books.take(attemptId('a'), allocation);
    assert.deepEqual(
      [books.onHost(host.id), books.inEnvironment(arn('ce'))],
      [alone ? capacity : needs, needs],
    );
    if (on === 'instance') assert.deepEqual(books.onHost(hostId('m')), needs);
    books.giveBack(attemptId('a'));
    assert.deepEqual(
      [books.onHost(host.id), books.onHost(hostId('m')), books.inEnvironment(arn('ce'))],
      [noNeeds, noNeeds, noNeeds],
    );
  });
}

test('nodes belong to one job', () => {
  const job = (id: string): string =>
    allocationOf(
      { id: jobId(id), terms: single, queueArn: arn('q') },
      { hostId: hostId('i'), computeEnvironmentArn: arn('ce') },
      undefined,
    ).jobId;
  assert.deepEqual(['j', 'j#1', 'j#12', 'j:3'].map(job), ['j', 'j', 'j', 'j:3']);
});
