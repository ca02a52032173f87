// StartLogging: from now on the trail's records are delivered.

import type {
  StartLoggingCommandInput,
  StartLoggingCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import type { Delivery } from './resources.ts';
import { changeTrail, deliveryOf, onTrail } from './trail.ts';

const mostWindows = 10;

/** Whoever stops and starts it all the time gets more than is asked for, and no less. */
const joined = (windows: Delivery['windows']): Delivery['windows'] => {
  const [first] = windows;
  return first === undefined || windows.length < mostWindows
    ? windows
    : [{ fromMs: first.fromMs, toMs: windows.at(-1)?.toMs }];
};

export const startLogging: CloudTrailOperation<
  StartLoggingCommandInput,
  StartLoggingCommandOutput
> = {
  authorizes: (input, context) => onTrail('StartLogging', input.Name, context),

  async handle(deps, input, context) {
    await changeTrail(deps, input.Name, context, (draft, { name }) => {
      const delivery = deliveryOf(draft, name);
      if (delivery.isLogging) return;
      const nowMs = deps.clock.now();
      // What was called before its end may still be under way to it.
      const windows = joined(delivery.windows);
      draft.put('delivery', name, {
        ...delivery,
        isLogging: true,
        mark: windows.length === 0 ? deps.records.last() : delivery.mark,
        windows: [...windows, { fromMs: nowMs }],
        startedAtMs: nowMs,
      });
    });
    return {};
  },
};
