// CreateEventBus: a bus of the account's own. Partner event sources are not here, nor keys of KMS
// and what is there for them alone: they are refused.

import type {
  CreateEventBusCommandInput,
  CreateEventBusCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { requestTags, tagsOfList } from '../../access.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import { onAny, onBus } from '../access.ts';
import { busArn } from '../arn.ts';
import { description, refuse, tags } from '../check.ts';
import { change, type EventsOperation } from '../deps.ts';
import { alreadyThere, limitExceeded } from '../error.ts';

export const createEventBus: EventsOperation<
  CreateEventBusCommandInput,
  CreateEventBusCommandOutput
> = {
  authorizes(input, context) {
    const ofTags = () => requestTags(tagsOfList(input.Tags));
    const name = input.Name ?? '';
    return [
      ...onBus('CreateEventBus', name, context, ofTags),
      ...(input.Tags && input.Tags.length > 0
        ? onAny('TagResource', busArn(context.scope, name), context, ofTags)
        : []),
    ];
  },

  async handle(deps, input, context) {
    const name = lengthIn(input.Name ?? '', 1, 256, 'name') ?? '';
    formedAs(name, /^[/.\-_A-Za-z0-9]+$/, String.raw`[/\.\-_A-Za-z0-9]+`, 'name');
    if (name.includes('/')) throw validation("Event bus name must not contain '/'.");
    refuse(input, 'EventSourceName', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig');
    const nowMs = deps.clock.now();
    const bus = {
      name,
      description: description(input.Description),
      tags: tags(input.Tags),
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    };
    await change(deps, context, (draft) => {
      if (draft.get('bus', name) !== undefined) throw alreadyThere(`Event bus ${name}`);
      if (draft.all('bus').length >= limit.events.buses) throw limitExceeded();
      draft.put('bus', name, bus);
    });
    return { EventBusArn: busArn(context.scope, name), Description: bus.description };
  },
};
