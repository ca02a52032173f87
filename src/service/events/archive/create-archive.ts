// CreateArchive: from now on events of a bus are kept, all or those that match a pattern.

import type {
  CreateArchiveCommandInput,
  CreateArchiveCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { lengthIn } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { namedArn } from '../arn.ts';
import { description, patternOf, refuse } from '../check.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';
import { alreadyThere, limitExceeded } from '../error.ts';
import { archiveName, putArchive, retentionDays } from './archive.ts';

export const createArchive: EventsOperation<CreateArchiveCommandInput, CreateArchiveCommandOutput> =
  {
    authorizes: ({ ArchiveName, EventSourceArn: bus }, context) =>
      onNamed('CreateArchive', 'archive', ArchiveName, context, [bus ?? '']),

    async handle(deps, input, context) {
      refuse(input, 'KmsKeyIdentifier');
      const name = archiveName(input.ArchiveName);
      const pattern = input.EventPattern || undefined;
      if (pattern !== undefined) patternOf(pattern);
      const nowMs = deps.clock.now();
      const given = {
        name,
        id: deps.ids.uuid(),
        description: description(input.Description),
        pattern,
        retentionDays: retentionDays(input.RetentionDays) ?? 0,
        createdAtMs: nowMs,
      };
      lengthIn(input.EventSourceArn ?? '', 1, 1_600, 'eventSourceArn');
      await change(deps, context, (draft) => {
        if (draft.get('archive', name) !== undefined) throw alreadyThere(`Archive ${name}`);
        const bus = foundBus(draft, context, input.EventSourceArn, 'eventSourceArn').name;
        if (draft.all('archive').length >= limit.events.archives) throw limitExceeded();
        putArchive(draft, { ...given, bus }, nowMs);
      });
      return {
        ArchiveArn: namedArn(context.scope, 'archive', name),
        State: 'ENABLED',
        CreationTime: new Date(nowMs),
      };
    },
  };
