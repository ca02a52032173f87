// Sees to the record of each call: hands that of a change to the commit that it brings about, and
// the others, with what was answered, to those who write them down within a moment. A call that
// fails and one that does not are told alike; nothing of a request waits for it.

import type { CallRecord } from '../../../base/call-record.ts';
import { scopeOf, type Scope } from '../../../base/ids.ts';
import { isRegion } from '../../../base/partition.ts';
import type { Clock } from '../../../port/clock.ts';
import type { CallOutcome, NewCallRecord } from '../../../port/table.ts';
import type { AuditRecord, CallFacts } from '../../../wire/audit.ts';
import { recordedCall, recordedOutcome, roleOfStranger } from './call.ts';
import { isChange, isReadOnly } from './kind.ts';

/** Who writes down what needs no commit of its own. */
interface Keeper {
  keep(record: NewCallRecord, isStranger: boolean): void;
  complete(outcome: CallOutcome): void;
}

interface RecorderParts {
  /** Of all calls, or of changes alone. */
  readonly of: 'all' | 'changes';
  readonly keeper: Keeper;
  readonly clock: Pick<Clock, 'now'>;
  /** The server's own: whose records those are of callers whom nobody knows. */
  readonly account: string;
  readonly region: string;
}

class UnderWay implements CallRecord {
  number: number | undefined;
  readonly scope: Scope;
  readonly #call: CallFacts;

  constructor(call: CallFacts, scope: Scope) {
    this.#call = call;
    this.scope = scope;
  }

  text(): string {
    return recordedCall(this.#call);
  }
}

export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Of a call that may change something; the change takes the record along. */
  begin(call: CallFacts, scope: Scope): CallRecord | undefined {
    return isReadOnly(call.service.name, call.bound?.name ?? '')
      ? undefined
      : new UnderWay(call, scope);
  }

  /** The call is over. */
  end({ service, operation, context, output, error, call }: AuditRecord): void {
    const { of, keeper, clock } = this.#parts;
    if (of === 'changes' && !isChange(service, operation)) return;
    const outcome = recordedOutcome(call, output, error);
    const number = context?.record?.number;
    if (number !== undefined) {
      keeper.complete({ number, outcome });
      return;
    }
    const isStranger = context === undefined || context.principal.kind === 'anonymous';
    keeper.keep(
      {
        scope: isStranger ? this.#scopeOfStranger(call, error === undefined) : context.scope,
        atMs: clock.now(),
        call: recordedCall(call, outcome),
      },
      isStranger,
    );
  }

  /** Whose role somebody took without credentials has it on record; all else is the server's. */
  #scopeOfStranger(call: CallFacts, isAllowed: boolean): Scope {
    const { account, region } = this.#parts;
    const { region: given } = call;
    const owner = isAllowed ? roleOfStranger(call)?.split(':', 5)[4] : undefined;
    // The region of a stranger may be anything at all.
    return scopeOf(owner ?? account, isRegion(given) ? given : region);
  }
}
