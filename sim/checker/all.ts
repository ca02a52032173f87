// Every law of the simulated world, each with the memory of one run.

import { answersKept } from './answers-kept.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { capacityRecounts } from './capacity-recounts.ts';
import { changesDelivered } from './changes-delivered.ts';
import { changesJournaled } from './changes-journaled.ts';
import { changesRecorded } from './changes-recorded.ts';
import type { Checker } from './checker.ts';
import { consumablesBalance } from './consumables-balance.ts';
import { containersInOrder } from './containers-in-order.ts';
import { delaysKept } from './delays-kept.ts';
import { dependenciesRespected } from './dependencies-respected.ts';
import { endsAsAsked } from './ends-as-asked.ts';
import { environmentsSettle } from './environments-settle.ts';
import { idleInstancesEnd } from './idle-instances-end.ts';
import { instanceEndsShown } from './instance-ends-shown.ts';
import { instancesBounded } from './instances-bounded.ts';
import { instancesTold } from './instances-told.ts';
import { lendersGetTheirs } from './lenders-get-theirs.ts';
import { lossesDeclared } from './losses-declared.ts';
import { mainNodeFirst } from './main-node-first.ts';
import { networksCleaned } from './networks-cleaned.ts';
import { nothingLeaks } from './nothing-leaks.ts';
import { noNodeOutlivesItsJob } from './no-node-outlives-its-job.ts';
import { noStarvation } from './no-starvation.ts';
import { nodesAllOrNone } from './nodes-all-or-none.ts';
import { nothingAfterCancel } from './nothing-after-cancel.ts';
import { oneContainerPerAttempt } from './one-container-per-attempt.ts';
import { oneLiveAttempt } from './one-live-attempt.ts';
import { orderHonoured } from './order-honoured.ts';
import { outputComplete } from './output-complete.ts';
import { parentsFold } from './parents-fold.ts';
import { placedWhereAllowed } from './placed-where-allowed.ts';
import { quotasKept } from './quotas-kept.ts';
import { reasonsTrue } from './reasons-true.ts';
import { retentionKept } from './retention-kept.ts';
import { retriesObey } from './retries-obey.ts';
import { serviceJobsInOrder } from './service-jobs-in-order.ts';
import { serviceJobsKeepToCapacity } from './service-jobs-keep-to-capacity.ts';
import { sharesHonoured } from './shares-honoured.ts';
import { shownAsCommitted } from './shown-as-committed.ts';
import { startsTold } from './starts-told.ts';
import { timeLimitsAct } from './time-limits-act.ts';
import { timeoutsEnforced } from './timeouts-enforced.ts';
import { transitionsLegal } from './transitions-legal.ts';
import { clustersLoseNothing } from './clusters-lose-nothing.ts';
import { noPodLeaks } from './no-pod-leaks.ts';
import { nodeLossesShown } from './node-losses-shown.ts';
import { nodesHoldTheirJobs } from './nodes-hold-their-jobs.ts';
import { podsStartOnce } from './pods-start-once.ts';
import { unplacedWaitsAgain } from './unplaced-waits-again.ts';
import { wireAnswersTrue } from './wire-answers-true.ts';
import { worldRecounts } from './world-recounts.ts';

export const allCheckers = (): Checker[] => [
  transitionsLegal,
  oneLiveAttempt(),
  lossesDeclared(),
  oneContainerPerAttempt,
  startsTold,
  capacityRecounts(),
  instancesBounded(),
  idleInstancesEnd(),
  placedWhereAllowed(),
  instanceEndsShown(),
  environmentsSettle(),
  consumablesBalance(),
  dependenciesRespected,
  parentsFold,
  containersInOrder(),
  nodesAllOrNone(),
  mainNodeFirst(),
  noNodeOutlivesItsJob,
  networksCleaned(),
  nothingLeaks(),
  podsStartOnce,
  clustersLoseNothing(),
  nodeLossesShown,
  unplacedWaitsAgain,
  nodesHoldTheirJobs(),
  noPodLeaks(),
  answersKept,
  wireAnswersTrue,
  changesRecorded(),
  changesJournaled(),
  changesDelivered(),
  instancesTold(),
  endsAsAsked,
  nothingAfterCancel,
  timeoutsEnforced(),
  timeLimitsAct(),
  retriesObey,
  delaysKept(),
  atMostAtOnce(),
  retentionKept(),
  orderHonoured(),
  sharesHonoured(),
  quotasKept,
  lendersGetTheirs(),
  serviceJobsKeepToCapacity,
  serviceJobsInOrder,
  noStarvation(),
  reasonsTrue,
  shownAsCommitted,
  outputComplete,
  worldRecounts,
];
