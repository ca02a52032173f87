// DescribeReplay: one replay, and how far it has come. How far it is noted every few seconds.

import type {
  DescribeReplayCommandInput,
  DescribeReplayCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { busArn, namedArn } from '../arn.ts';
import { view, type EventsOperation } from '../deps.ts';
import { foundReplay, replayName, shownReplay } from './replay.ts';

export const describeReplay: EventsOperation<
  DescribeReplayCommandInput,
  DescribeReplayCommandOutput
> = {
  authorizes: ({ ReplayName }, context) => onNamed('DescribeReplay', 'replay', ReplayName, context),

  async handle(deps, input, context) {
    const replay = foundReplay(await view(deps, context), replayName(input.ReplayName));
    return {
      ...shownReplay(replay, context),
      ReplayArn: namedArn(context.scope, 'replay', replay.name),
      Description: replay.description,
      Destination: {
        Arn: busArn(context.scope, replay.bus),
        FilterArns: replay.filterArns && [...replay.filterArns],
      },
    };
  },
};
