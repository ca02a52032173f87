// Law: an attempt's container begins at most once, whatever answer was lost and however often a start was asked for.

import { law, type Checker } from './checker.ts';

export const oneContainerPerAttempt: Checker = {
  law: 'an attempt starts once',
  check({ runs }) {
    for (const [attemptId, count] of runs) law(count === 1, `attempt ${attemptId} was started ${count} times`);
  },
};
