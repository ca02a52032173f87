// CancelReplay: what is not on its way yet stays where it is.

import type {
  CancelReplayCommandInput,
  CancelReplayCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { namedArn } from '../arn.ts';
import { change, type EventsOperation } from '../deps.ts';
import { notInState } from '../error.ts';
import { foundReplay, replayName } from './replay.ts';

export const cancelReplay: EventsOperation<CancelReplayCommandInput, CancelReplayCommandOutput> = {
  authorizes: ({ ReplayName }, context) => onNamed('CancelReplay', 'replay', ReplayName, context),

  async handle(deps, input, context) {
    const name = replayName(input.ReplayName);
    await change(deps, context, (draft) => {
      const replay = foundReplay(draft, name);
      if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') throw notInState(name);
      draft.put('replay', name, { ...replay, state: 'CANCELLING' });
    });
    return { ReplayArn: namedArn(context.scope, 'replay', name), State: 'CANCELLING' };
  },
};
