// What becomes of a container that must not start any more, for each order in which a start of
// somebody else's may come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerId } from '../../base/ids.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { containerFacts, type ContainerFacts } from './container-facts.ts';
import type { InspectedContainer } from './docker-api.ts';
import { withdrawUnstarted, type Withdrawal } from './unstarted-container.ts';

const id = containerId('a'.repeat(32));
const zero = '0001-01-01T00:00:00Z';
const container = (Status: string, StartedAt = zero): InspectedContainer => ({
  Id: 'c1',
  Config: { Labels: { 'longshore.attempt': id } },
  State: { Status, OOMKilled: false, ExitCode: 0, Pid: 0, Error: '', StartedAt, FinishedAt: zero },
});
const seen = (status: string, startedAt?: string): ContainerFacts =>
  containerFacts(container(status, startedAt));
const started = '2026-01-01T00:00:00Z';

interface Case {
  /** What each look finds, and what each removal is answered. */
  readonly looks: readonly (ContainerFacts | undefined)[];
  readonly answers: readonly number[];
  readonly began?: boolean;
  readonly outcome: Withdrawal['outcome'];
}

const cases: Record<string, Case> = {
  'none is there': { looks: [undefined], answers: [], outcome: 'absent' },
  'it runs': { looks: [seen('running', started)], answers: [], outcome: 'has started' },
  'it has ended': { looks: [seen('exited', started)], answers: [], outcome: 'has started' },
  'nothing has started it': { looks: [seen('created')], answers: [204], outcome: 'removed' },
  'it is started before it is removed': {
    looks: [seen('created'), seen('running', started)],
    answers: [409],
    outcome: 'has started',
  },
  'it is started and ends before it is removed': {
    looks: [seen('created')],
    answers: [204],
    began: true,
    outcome: 'ran and is gone',
  },
  'somebody else removes it': {
    looks: [seen('created'), seen('removing'), undefined],
    answers: [409, 409],
    outcome: 'absent',
  },
  'the daemon fails once': {
    looks: [seen('created'), seen('created')],
    answers: [500, 204],
    outcome: 'removed',
  },
};

const withdraw = async (
  { looks, answers, began = false }: Case,
  wasDestroyed = true,
): Promise<{ withdrawal: Withdrawal; calls: string[] }> => {
  const [toSee, toAnswer] = [[...looks], [...answers]];
  const calls: string[] = [];
  const withdrawal = await withdrawUnstarted({
    client: {
      request: async ({ method, path, query }) => {
        calls.push(`${method} ${path}`);
        assert.deepEqual(query, { v: 1 }, 'never by force');
        return { status: toAnswer.shift() as number, body: Buffer.from('{"message":"no"}') };
      },
      assertAnswering: async () => undefined,
    },
    inspect: async () => toSee.shift(),
    began: () => began,
    destroyed: () => wasDestroyed,
    pause: async () => undefined,
  });
  assert.deepEqual([toSee, toAnswer], [[], []]);
  return { withdrawal, calls };
};

for (const [title, one] of Object.entries(cases)) {
  test(`docker: a container is taken out of the way: ${title}`, async () => {
    const { withdrawal, calls } = await withdraw(one);
    assert.equal(withdrawal.outcome, one.outcome);
    assert.deepEqual(
      calls,
      one.answers.map(() => 'DELETE /containers/c1'),
    );
  });
}

test('docker: events that do not come are not waited for without end', async () => {
  assert.equal(
    (await withdraw(cases['nothing has started it'] as Case, false)).withdrawal.outcome,
    'removed',
  );
});

test('docker: a container that can be neither removed nor started decides nothing', async () => {
  await assert.rejects(
    withdraw({
      looks: Array.from({ length: 50 }, () => seen('dead')),
      answers: Array.from({ length: 50 }, () => 409),
      outcome: 'absent',
    }),
    EngineUnavailable,
  );
});

test('docker: what is deleted without having run has no exit', () => {
  for (const status of ['removing', 'dead']) {
    assert.deepEqual([seen(status).state, seen(status).exit], ['created', undefined]);
    assert.equal(seen(status, started).state, 'exited');
  }
});
