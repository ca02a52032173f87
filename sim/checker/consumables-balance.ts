// Law: of a consumable resource so much is in use as attempts under way hold, from their placement
// to their end; what is not replenished is gone for good and not twice; nothing is placed without
// it, and nothing leaks. Nodes take theirs all at once. Counted from rows and answers.

import type { Arn } from '../../src/base/ids.ts';
import * as arns from '../../src/core/arn.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { isArrayParent, type Job } from '../../src/core/job/job.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import { holdingsOf, isNode, latestAttempt, partsOf, type Change } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

export function consumablesBalance(): Checker {
  const held = new Map<Arn, number>();
  /** How much must be left of what is not replenished. */
  const left = new Map<Arn, number>();

  function add(into: Map<Arn, number>, { consumables }: JobTerms, sign: 1 | -1, times = 1): void {
    for (const { arn, quantity } of consumables ?? [])
      into.set(arn, (into.get(arn) ?? 0) + sign * times * quantity);
  }

  /**
   * Attempts that the change began: one that is under way, and those that came and went within the
   * transaction. Nodes are begun by their job.
   */
  function begun({ id, before, after }: Change): number {
    if (isArrayParent(after) || isNode(id)) return 0;
    return latestAttempt(after) - (before === undefined ? 0 : latestAttempt(before as Job));
  }

  function fold(change: Change, taken: Map<Arn, number>): void {
    const { before, after } = change;
    if (after.terms.consumables === undefined && after.terms.nodes === undefined) return;
    for (const { terms } of holdingsOf(before)) add(held, terms, -1);
    for (const { terms } of holdingsOf(after)) add(held, terms, 1);
    for (const terms of partsOf(after.terms)) add(taken, terms, 1, begun(change));
  }

  /**
   * What clients changed, in the order of their answers; where one was lost with the server, what
   * the row says is believed.
   */
  function foldAnswers({ answers }: Observed): void {
    for (const answer of answers) {
      if (
        !('command' in answer) ||
        isRefusal(answer.reply) ||
        answer.command.type !== 'update-consumable-resource'
      )
        continue;
      const { consumableResource = '', operation, quantity = 0 } = answer.command.request;
      const arn = arns.consumableResourceArn(answer.command.scope, consumableResource);
      const before = left.get(arn);
      if (before !== undefined)
        left.set(
          arn,
          operation === 'SET'
            ? quantity
            : operation === 'ADD'
              ? before + quantity
              : before - quantity,
        );
    }
  }

  function checkRows({ commits, ledger, server }: Observed, taken: ReadonlyMap<Arn, number>): void {
    for (const { arn, resourceType, quantity } of ledger.consumables.values()) {
      const inUse = held.get(arn) ?? 0;
      if (resourceType === 'NON_REPLENISHABLE') {
        const expected = left.get(arn);
        if (
          server !== undefined &&
          expected !== undefined &&
          expected - (taken.get(arn) ?? 0) !== quantity
        )
          throw new BrokenLaw(
            `${arn} has ${quantity} left, and ${expected - (taken.get(arn) ?? 0)} should be`,
          );
        left.set(arn, quantity);
        if (quantity < 0) throw new BrokenLaw(`${arn} has ${quantity} left`);
      } else if (
        inUse > quantity &&
        commits.some(({ placed }) =>
          placed.some(({ terms }) =>
            partsOf(terms).some(({ consumables }) =>
              consumables?.some((claim) => claim.arn === arn),
            ),
          ),
        )
      ) {
        throw new BrokenLaw(`a job was placed, and ${inUse} of ${quantity} of ${arn} are in use`);
      }
      if (server !== undefined && server.world.consumableResources.held(arn) !== inUse)
        throw new BrokenLaw(
          `${arn} is said to be in use to ${server.world.consumableResources.held(arn)}, and attempts hold ${inUse}`,
        );
    }
  }

  return {
    law: 'consumable resources balance',
    check(observed) {
      if (observed.commits.length === 0) return;
      const taken = new Map<Arn, number>();
      for (const { changes } of observed.commits) for (const change of changes) fold(change, taken);
      foldAnswers(observed);
      checkRows(observed, taken);
    },
  };
}
