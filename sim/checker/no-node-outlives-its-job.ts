// Law: no node outlives its job. When a multi-node job has ended, or waits for its next attempt,
// none of its nodes is under way and no container of one runs, but on a host that was declared
// lost. And while its main node runs, the job goes on whatever becomes of the others.

import { nodeId, splitContainerId } from '../../src/base/ids.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { underWay, type Change } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

export const noNodeOutlivesItsJob: Checker = {
  law: 'no node outlives its job',
  check(observed) {
    for (const { changes } of observed.commits)
      for (const change of changes) checkChange(change, observed);
  },
};

function checkChange({ id, before, after }: Change, { ledger, containers }: Observed): void {
  if (
    isArrayParent(after) ||
    after.terms.nodes === undefined ||
    after.status === 'STARTING' ||
    after.status === 'RUNNING'
  )
    return;
  const [node] = ledger.liveNodes(after);
  if (node !== undefined)
    throw new BrokenLaw(`job ${id} is ${after.status}, and its node ${node.id} is ${node.status}`);
  for (let index = 0; index < after.terms.nodes.numNodes; index++) {
    const running = containers.running.get(nodeId(id, index)) ?? [];
    if ([...running].some((each) => !containers.lost.has(splitContainerId(each).attemptId)))
      throw new BrokenLaw(
        `job ${id} is ${after.status}, and a container of its node ${index} runs`,
      );
  }
  const was = underWay(before);
  if (
    was !== undefined &&
    !after.attempts.some(({ attemptId }) => attemptId === was.attempt.attemptId)
  )
    throw new BrokenLaw(
      `job ${id} is ${after.status}, and the attempt of its main node is not over`,
    );
}
