// StopLogging: what was called from now on is not delivered; what was called before still is.

import type { StopLoggingCommandInput, StopLoggingCommandOutput } from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { changeTrail, deliveryOf, onTrail } from './trail.ts';

export const stopLogging: CloudTrailOperation<StopLoggingCommandInput, StopLoggingCommandOutput> = {
  authorizes: (input, context) => onTrail('StopLogging', input.Name, context),

  async handle(deps, input, context) {
    await changeTrail(deps, input.Name, context, (draft, { name }) => {
      const delivery = deliveryOf(draft, name);
      if (!delivery.isLogging) return;
      const nowMs = deps.clock.now();
      draft.put('delivery', name, {
        ...delivery,
        isLogging: false,
        windows: delivery.windows.map((each) => ({ ...each, toMs: each.toMs ?? nowMs })),
        stoppedAtMs: nowMs,
      });
    });
    return {};
  },
};
