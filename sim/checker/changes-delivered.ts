// Law: every change of a job that a rule wants arrives at each of its targets at least once, those
// of one job in the order in which they came about, and nothing else arrives; no crash loses any.

import type { JobDetail } from '@aws-sdk/client-batch';
import { childId, splitJobId, type JobId } from '../../src/base/ids.ts';
import type { Transition } from '../../src/core/turn/transition.ts';
import type { BusEvent } from '../../src/service/events/bus-event.ts';
import { scope } from '../client.ts';
import { besideLane, jobChanges, type RuleOfRun } from '../rule-targets.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** What of one job goes to one target. */
interface Sequence {
  /** Statuses that are wanted there, in the order of their commits. */
  readonly due: string[];
  /** How many of them have arrived, each for the first time. */
  arrived: number;
}

export function changesDelivered(): Checker {
  /** By lane and job. */
  const sequences = new Map<string, Map<string, Sequence>>();
  /** Ids of events, by lane: what comes again is no news. */
  const seen = new Map<string, Set<string>>();

  function noteDue(rules: readonly RuleOfRun[], change: Transition): void {
    // Its submission is none.
    if (change.from === undefined) return;
    for (const { name, wants, targets } of rules) {
      if (!wants(change)) continue;
      for (const target of targets)
        for (const id of jobsOf(change))
          sequenceOf(`default/${name}/${target}`, id).due.push(change.to);
    }
  }

  function sequenceOf(lane: string, jobId: string): Sequence {
    const ofLane = ofKey(sequences, lane, () => new Map<string, Sequence>());
    return ofKey(ofLane, jobId, () => ({ due: [], arrived: 0 }));
  }

  function noteArrival({ lane, body }: { readonly lane: string; readonly body: string }): void {
    const event = JSON.parse(body) as BusEvent<JobDetail>;
    const known = ofKey(seen, lane, () => new Set<string>());
    if (known.has(event.id)) return;
    known.add(event.id);
    const isJobs = jobChanges.includes(event['detail-type']);
    if (isJobs === (lane === besideLane))
      throw new BrokenLaw(`${lane} got ${event['detail-type']}`);
    if (!isJobs) return;
    const { jobId = '', status = '' } = event.detail;
    const sequence = sequenceOf(lane, jobId);
    const due = sequence.due[sequence.arrived++];
    if (due !== status)
      throw new BrokenLaw(`${lane} got ${jobId} ${status}, and what is due is ${due ?? 'nothing'}`);
  }

  function checkAll({ store }: Observed): void {
    for (const [lane, jobs] of sequences)
      for (const [jobId, { due, arrived }] of jobs) {
        // Of a job that has been removed nothing can be told any more.
        if (
          arrived === due.length ||
          store.reader.job(scope, splitJobId(jobId).parent) === undefined
        )
          continue;
        throw new BrokenLaw(`${lane} never got ${jobId} ${due[arrived]}`);
      }
  }

  return {
    law: 'what a rule wants arrives, in the order of its job',
    check({ rules, commits, arrivals }) {
      for (const { commit } of commits)
        for (const change of commit.transitions) noteDue(rules, change);
      for (const arrival of arrivals) noteArrival(arrival);
    },
    checkEnd: checkAll,
  };
}

function* jobsOf({ jobId, children }: Transition): Generator<JobId> {
  if (children === undefined) yield jobId;
  else for (let index = children[0]; index <= children[1]; index++) yield childId(jobId, index);
}

function ofKey<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
