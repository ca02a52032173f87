// Law: where a rule wants it, an instance is told of in EC2's words from its launch to its end:
// each state once, one after the other, and nothing of an instance that is not there; no crash
// loses any.

import { instanceIdOf } from '../../src/core/host/host.ts';
import type { BusEvent } from '../../src/service/events/bus-event.ts';
import { written } from '../rows.ts';
import { besideLane } from '../rule-targets.ts';
import { BrokenLaw, type Checker } from './checker.ts';

const states = ['pending', 'running', 'shutting-down', 'terminated'];

export function instancesTold(): Checker {
  /** By EC2's ids: what was told of them, and whether they have ended. */
  const instances = new Map<string, { readonly told: string[]; isOver: boolean }>();
  const seen = new Set<string>();

  function noteArrival(event: BusEvent<Record<string, string>>): void {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification' || seen.has(event.id))
      return;
    seen.add(event.id);
    const { 'instance-id': id = '', state = '' } = event.detail;
    const told = instances.get(id)?.told;
    if (told === undefined) throw new BrokenLaw(`${id} is ${state}, and was never launched`);
    const last = told.at(-1);
    const isNext = last === undefined ? state === 'pending' : rank(state) > rank(last);
    if (!isNext) throw new BrokenLaw(`${id} is told to be ${state} after ${last ?? 'nothing'}`);
    told.push(state);
  }

  return {
    law: 'instances are told of from their launch to their end',
    check({ rules, commits, arrivals }) {
      if (!rules.some(({ name }) => name === 'beside')) return;
      for (const { commit } of commits) {
        for (const host of written(commit.rows.hosts))
          // What becomes of a cluster's nodes is not told.
          if (host.kind === 'instance' && host.connection === undefined) launched(host);
        for (const { instance } of written(commit.rows.instancesEnded))
          if (instance.connection === undefined) launched(instance).isOver = true;
      }
      for (const { lane, body } of arrivals)
        if (lane === besideLane) noteArrival(JSON.parse(body) as BusEvent<Record<string, string>>);
    },
    checkEnd() {
      for (const [id, { told, isOver }] of instances) {
        const isWhole = isOver
          ? told.at(-2) === 'shutting-down' && told.at(-1) === 'terminated'
          : told.length > 0;
        if (!isWhole)
          throw new BrokenLaw(`of ${id}, which ${isOver ? 'is gone' : 'is there'}: ${told.join()}`);
      }
    },
  };

  function launched(instance: Parameters<typeof instanceIdOf>[0]) {
    const id = instanceIdOf(instance);
    const known = instances.get(id) ?? { told: [], isOver: false };
    instances.set(id, known);
    return known;
  }
}

const rank = (state: string): number => states.indexOf(state);
