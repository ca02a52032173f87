// Law: an attempt's container begins at most once, whatever answer was lost and however often a
// start was asked for; only one that vanished with its host before anybody heard of it may begin
// again.

import { BrokenLaw, type Checker } from './checker.ts';

export const oneContainerPerAttempt: Checker = {
  law: 'an attempt starts once',
  check({ containers }) {
    for (const { containerId, attemptId, begins } of containers.fresh) {
      if (begins > 1 && !containers.lost.has(attemptId))
        throw new BrokenLaw(`container ${containerId} was started ${begins} times`);
    }
  },
};
