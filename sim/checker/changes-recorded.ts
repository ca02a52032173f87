// Law: a change that a client asked for over the wire is on record as soon as it is committed,
// whatever happens then; and what was answered is on record, too, unless the server died meanwhile.

import type { CallRecordRow } from '../../src/port/store.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

export function changesRecorded(): Checker {
  /** By the request's id. */
  const rows = new Map<string, CallRecordRow>();
  let last = 0;
  let lastAtStart = 0;

  function readOn({ store }: Observed): void {
    for (const row of store.reader.callRecordsAbove(last, 10_000)) {
      const { requestId } = JSON.parse(row.call) as { requestId: string };
      if (rows.has(requestId)) throw new BrokenLaw(`request ${requestId} has two records`);
      rows.set(requestId, row);
      last = row.number;
    }
  }

  return {
    law: 'a change and its record are one',
    check(observed) {
      if (!observed.areChangesRecorded) return;
      for (const { commit } of observed.commits)
        for (const { envelope, refusal, command } of commit.entries) {
          if (!('requestId' in envelope) || envelope.service === 'sim' || refusal !== undefined)
            continue;
          if (!rows.has(envelope.requestId)) readOn(observed);
          if (!rows.has(envelope.requestId))
            throw new BrokenLaw(
              `${command} of ${envelope.operation} is committed without a record`,
            );
        }
    },
    checkStart(observed) {
      readOn(observed);
      lastAtStart = last;
    },
    checkEnd(observed) {
      readOn(observed);
      const unanswered = observed.store.reader
        .callRecordsAbove(lastAtStart, 10_000)
        .find(({ call, outcome }) => outcome === undefined && !('outcome' in JSON.parse(call)));
      if (unanswered !== undefined)
        throw new BrokenLaw(`record ${unanswered.number} does not say what was answered`);
    },
  };
}
