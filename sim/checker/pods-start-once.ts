// Law: on a cluster nothing starts twice, whatever was lost and whoever took it away: a pod stays,
// with what became of it, until that is stored. No fault excuses a second container of an attempt.

import { BrokenLaw, type Checker } from './checker.ts';

export const podsStartOnce: Checker = {
  law: 'nothing starts twice on a cluster',
  check({ containers, cluster }) {
    if (cluster === undefined) return;
    for (const { containerId, attemptId, begins } of containers.fresh) {
      const isPod = containers.taken.has(attemptId) || cluster.pods.find(attemptId) !== undefined;
      if (isPod && begins > 1)
        throw new BrokenLaw(`container ${containerId} of a pod was started ${begins} times`);
    }
  },
};
