// Law: once faults have ceased, everything comes to its end.

import { BrokenLaw, type Checker } from './checker.ts';

export const noStarvation: Checker = {
  law: 'nothing starves',
  checkEnd({ ledger, server }) {
    for (const { id, scope } of ledger.open.values()) {
      const shown = server?.reader.job(scope, id);
      throw new BrokenLaw(`job ${id} is still ${shown?.job.status} after everything should have ended: ${shown?.waitingReason ?? shown?.job.statusReason}`);
    }
  },
};
