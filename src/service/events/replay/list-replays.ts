// ListReplays: by name, all, or those that one of three filters lets pass.

import type {
  ListReplaysCommandInput,
  ListReplaysCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { lengthIn, oneOf, validation } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { namedArn } from '../arn.ts';
import { nameIn, pageSize } from '../check.ts';
import { view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { replayStates, shownReplay } from './replay.ts';

export const listReplays: EventsOperation<ListReplaysCommandInput, ListReplaysCommandOutput> = {
  authorizes: () => onAll('events:ListReplays'),

  async handle(deps, input, context) {
    const { NamePrefix: prefix, EventSourceArn: source, Limit: size, NextToken: token } = input;
    const state = oneOf(replayStates, input.State, 'state');
    if ([prefix, source, state].filter((one) => one !== undefined).length > 1)
      throw validation(
        'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
      );
    if (prefix !== undefined) nameIn(prefix, 64, 'namePrefix');
    lengthIn(source, 1, 1_600, 'eventSourceArn');
    const page = { operation: 'ListReplays', size: pageSize(size), token, badToken };
    const replays = (await view(deps, context))
      .all('replay')
      .filter(
        (replay) =>
          replay.name.startsWith(prefix ?? '') &&
          (source === undefined ||
            namedArn(context.scope, 'archive', replay.archive.name) === source) &&
          (state === undefined || replay.state === state),
      );
    const { items, next } = pageAfter(replays, ({ name }) => name, page);
    return { Replays: items.map((replay) => shownReplay(replay, context)), NextToken: next };
  },
};
