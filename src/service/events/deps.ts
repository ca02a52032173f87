// What every operation of EventBridge works with: nothing yet, for the one that is built keeps
// nothing.

import type { Operation } from '../../wire/operation.ts';

export type EventsDeps = Readonly<Record<never, never>>;

export type EventsOperation<Input, Output> = Operation<
  EventsDeps,
  Input,
  Omit<Output, '$metadata'>
>;
