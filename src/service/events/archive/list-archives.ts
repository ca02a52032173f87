// ListArchives: by name, all, or those that one of three filters lets pass.

import type {
  ListArchivesCommandInput,
  ListArchivesCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { oneOf, validation } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { nameIn, pageSize } from '../check.ts';
import { foundBus, view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownArchive, stateOf } from './archive.ts';

const states = [
  'ENABLED',
  'DISABLED',
  'CREATING',
  'UPDATING',
  'CREATE_FAILED',
  'UPDATE_FAILED',
] as const;

export const listArchives: EventsOperation<ListArchivesCommandInput, ListArchivesCommandOutput> = {
  authorizes: () => onAll('events:ListArchives'),

  async handle(deps, input, context) {
    const { NamePrefix: prefix, EventSourceArn: source, Limit: size, NextToken: token } = input;
    const state = oneOf(states, input.State, 'state');
    if ([prefix, source, state].filter((one) => one !== undefined).length > 1)
      throw validation(
        'At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.',
      );
    if (prefix !== undefined) nameIn(prefix, 48, 'namePrefix');
    const page = { operation: 'ListArchives', size: pageSize(size), token, badToken };
    const events = await view(deps, context);
    const bus =
      source === undefined ? undefined : foundBus(events, context, source, 'eventSourceArn').name;
    const archives = events
      .all('archive')
      .filter(
        (archive) =>
          archive.name.startsWith(prefix ?? '') &&
          (bus === undefined || archive.bus === bus) &&
          (state === undefined || stateOf(events, archive) === state),
      );
    const { items, next } = pageAfter(archives, ({ name }) => name, page);
    return {
      Archives: items.map((archive) => shownArchive(events, deps.archives, archive, context)),
      NextToken: next,
    };
  },
};
