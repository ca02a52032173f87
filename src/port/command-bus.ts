// The command bus port: the one door through which every change enters (DESIGN 1).

import type { Refusal } from '../base/refusal.ts';
import type { Command, ReplyOf } from '../core/command/command.ts';
import type { TableWrite, TableWriteOutcome } from './store.ts';

/** Who asked, and how: carried by every command for authorization and audit. */
export interface Envelope {
  readonly requestId: string;
  /** The caller's ARN, or the name of our own part that issued the command. */
  readonly caller: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

export interface CommandBus {
  /**
   * Resolves after the command's transaction is durable. A refusal is a value; a rejection means
   * the server is stopping.
   */
  submit<C extends Command>(command: C, envelope: Envelope): Promise<ReplyOf<C> | Refusal>;
  /**
   * Writes to tables of a service of its own (log groups, tags), in the same durable transaction as
   * the commands beside it.
   */
  write(write: TableWrite, envelope: Envelope): Promise<TableWriteOutcome>;
}
