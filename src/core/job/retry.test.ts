// evaluateOnExit as a table: which rule decides, and what the number of attempts says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId } from '../../base/ids.ts';
import type { EndedAttempt } from './attempt.ts';
import { isRetried } from './retry.ts';
import type { RetryRule } from './terms.ts';

const needs = { milliVcpu: 1000, memoryMib: 64, gpus: 0 };
const failed = (how: Partial<EndedAttempt> = {}): EndedAttempt => ({
  attemptId: attemptId('a'),
  number: 1,
  hostId: hostId('h'),
  computeEnvironmentArn: arn('ce'),
  state: 'ended',
  placedAtMs: 0,
  stoppedAtMs: 1,
  exitCode: 1,
  statusReason: 'Essential container in task exited',
  ...how,
});
const hostLost = failed({
  exitCode: undefined,
  statusReason: 'Host EC2 (instance i-0123456789abcdef0) terminated.',
});
const noImage = failed({
  exitCode: undefined,
  containerReason: 'CannotPullContainerError: no such image',
  statusReason: 'Task failed to start',
});

const cases: readonly (readonly [string, readonly RetryRule[], EndedAttempt, boolean])[] = [
  ['no rule: a retry', [], failed(), true],
  ['no rule that matches: a retry', [{ onExitCode: '2', action: 'exit' }], failed(), true],
  ['the exit code, literally', [{ onExitCode: '1', action: 'exit' }], failed(), false],
  [
    'a code is text and not a number: 1 is not 137',
    [{ onExitCode: '1', action: 'exit' }],
    failed({ exitCode: 137 }),
    true,
  ],
  [
    'a code by its beginning',
    [{ onExitCode: '1*', action: 'exit' }],
    failed({ exitCode: 137 }),
    false,
  ],
  ['an asterisk takes every code', [{ onExitCode: '*', action: 'exit' }], failed(), false],
  ['where there is no code, none matches', [{ onExitCode: '*', action: 'exit' }], hostLost, true],
  [
    'the status reason by its beginning',
    [{ onStatusReason: 'Host EC2*', action: 'exit' }],
    hostLost,
    false,
  ],
  [
    'the status reason is literal without an asterisk',
    [{ onStatusReason: 'Host EC2', action: 'exit' }],
    hostLost,
    true,
  ],
  ['letters count as they are', [{ onStatusReason: 'host ec2*', action: 'exit' }], hostLost, true],
  [
    'the container’s reason',
    [{ onReason: 'CannotPullContainerError:*', action: 'exit' }],
    noImage,
    false,
  ],
  ['every reason, also where there is none', [{ onReason: '*', action: 'exit' }], failed(), false],
  [
    'all conditions of a rule must hold',
    [{ onExitCode: '1', onStatusReason: 'Host EC2*', action: 'exit' }],
    failed(),
    true,
  ],
  [
    'all conditions of a rule hold',
    [{ onExitCode: '1', onStatusReason: 'Essential*', action: 'exit' }],
    failed(),
    false,
  ],
  [
    'the first rule that holds decides',
    [
      { onStatusReason: 'Host EC2*', action: 'retry' },
      { onReason: '*', action: 'exit' },
    ],
    hostLost,
    true,
  ],
  [
    '… and for another failure the second',
    [
      { onStatusReason: 'Host EC2*', action: 'retry' },
      { onReason: '*', action: 'exit' },
    ],
    failed(),
    false,
  ],
  ['a rule without conditions holds always', [{ action: 'exit' }], failed(), false],
];

for (const [title, rules, attempt, retried] of cases) {
  test(title, () =>
    assert.equal(isRetried({ needs, retry: { attempts: 2, rules } }, [attempt]), retried),
  );
}

test('attempts are counted, the first included', () => {
  const terms = { needs, retry: { attempts: 3, rules: [] } };
  assert.equal(isRetried(terms, [failed(), failed()]), true);
  assert.equal(isRetried(terms, [failed(), failed(), failed()]), false);
  assert.equal(isRetried({ needs }, [failed()]), false, 'one attempt without a strategy');
});

test('no rule gives more attempts than there are', () =>
  assert.equal(
    isRetried({ needs, retry: { attempts: 2, rules: [{ action: 'retry' }] } }, [
      failed(),
      failed(),
    ]),
    false,
  ));

test('an attempt that is free does not count, but rules may end it', () => {
  const free = { ...hostLost, free: true } as const;
  assert.equal(isRetried({ needs }, [free]), true);
  assert.equal(isRetried({ needs }, [free, failed()]), false);
  assert.equal(
    isRetried(
      { needs, retry: { attempts: 2, rules: [{ onStatusReason: 'Host*', action: 'exit' }] } },
      [free],
    ),
    false,
  );
});
