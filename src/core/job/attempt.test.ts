// Which of a job's attempts that are over are kept, where there may be any number of them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arn, attemptId, hostId } from '../../base/ids.ts';
import { limit } from '../limit.ts';
import { preemptionsOf, withAttempt, type EndedAttempt } from './attempt.ts';

type Kind = Pick<EndedAttempt, 'preempted' | 'unplaced'>;

/** The attempts of a job that ended so, one after the other, as far as they are kept. */
const kept = (...kinds: readonly Kind[]): readonly EndedAttempt[] =>
  kinds.reduce<readonly EndedAttempt[]>(
    (attempts, kind, at) =>
      withAttempt(attempts, {
        attemptId: attemptId(`a${at + 1}`),
        number: at + 1,
        hostId: hostId('h'),
        computeEnvironmentArn: arn('ce'),
        state: 'ended',
        placedAtMs: 0,
        stoppedAtMs: 1,
        ...kind,
      }),
    [],
  );
const failed: Kind = {};
const unplaced = (times: number): Kind[] => Array<Kind>(times).fill({ unplaced: true });
const preempted = (times: number): Kind[] =>
  Array.from({ length: times }, (_, at) => ({ preempted: at + 1 }));
const numbers = (attempts: readonly EndedAttempt[]): number[] =>
  attempts.map(({ number }) => number);

describe('attempts that cost nothing', () => {
  it('go, the oldest first, and those that count stay', () => {
    const most = limit.unplacedAttemptsKept;
    const attempts = kept(...unplaced(1), failed, ...unplaced(most), failed);
    assert.deepEqual(
      numbers(attempts),
      Array.from({ length: most + 2 }, (_, at) => at + 2),
    );
  });

  it('are still counted as preemptions when there was no room for many others since', () => {
    const attempts = kept(...preempted(3), ...unplaced(limit.unplacedAttemptsKept + 5));
    assert.equal(preemptionsOf(attempts), 3);
  });

  it('are counted as preemptions when the first of them are gone', () => {
    const most = limit.preemptedAttemptsKept;
    const attempts = kept(...unplaced(2), ...preempted(most + 5));
    assert.equal(preemptionsOf(attempts), most + 5);
    assert.equal(attempts.length, most + 2);
  });
});
