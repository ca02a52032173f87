// The operations of Amazon EventBridge that are built, by AWS's name. All else of it answers that
// it is not built.

import type { OperationTable } from '../../wire/operation.ts';
import type { EventsDeps } from './deps.ts';
import { testEventPattern } from './test-event-pattern.ts';

export const eventsOperations: OperationTable<EventsDeps> = {
  TestEventPattern: testEventPattern,
};
