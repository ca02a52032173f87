// The command bus port: the one door through which every change enters (doc/architecture.md, the
// one door).

import type { CallRecord } from '../base/call-record.ts';
import type { Principal } from '../base/principal.ts';
import type { Refusal } from '../base/refusal.ts';
import type { TableWrite, TableWriteOutcome } from './table.ts';
import type { Command, ReplyOf } from '../core/command/command.ts';

/** Who asked for a change: a caller, or a part of the server of its own accord. */
export type Envelope = RequestEnvelope | PartEnvelope;

/**
 * A caller's request: who asked for which operation, and from where. The wire makes it for each
 * request, and an operation hands it on unchanged.
 */
interface RequestEnvelope {
  readonly requestId: string;
  readonly principal: Principal;
  readonly region: string;
  /** The service by its name in AWS's endpoints, e.g. `batch`; `longshore` is our own. */
  readonly service: string;
  /** By AWS's name, e.g. `SubmitJob`. */
  readonly operation: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** Kept with the first change that the request brings about; absent: none is kept. */
  readonly record?: CallRecord | undefined;
}

interface PartEnvelope {
  /** Its name, e.g. `retention`. */
  readonly part: string;
}

export interface CommandBus {
  /**
   * Resolves after the command's transaction is durable. A refusal is a value; a rejection means
   * the server is stopping.
   */
  submit<C extends Command>(command: C, envelope: Envelope): Promise<ReplyOf<C> | Refusal>;
  /**
   * Writes to tables of a service of its own (log groups), in the same durable transaction as the
   * commands beside it.
   */
  write(write: TableWrite, envelope: Envelope): Promise<TableWriteOutcome>;
}
