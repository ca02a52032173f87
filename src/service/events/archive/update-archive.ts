// UpdateArchive: changes what is given, and keeps the rest; events that are in it stay.

import type {
  UpdateArchiveCommandInput,
  UpdateArchiveCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { validation } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { namedArn } from '../arn.ts';
import { description, patternOf, refuse } from '../check.ts';
import { change, type EventsOperation } from '../deps.ts';
import { archiveName, foundArchive, putArchive, retentionDays } from './archive.ts';

export const updateArchive: EventsOperation<UpdateArchiveCommandInput, UpdateArchiveCommandOutput> =
  {
    authorizes: ({ ArchiveName }, context) =>
      onNamed('UpdateArchive', 'archive', ArchiveName, context),

    async handle(deps, input, context) {
      refuse(input, 'KmsKeyIdentifier');
      const name = archiveName(input.ArchiveName);
      const { EventPattern: pattern, RetentionDays: days, Description: text } = input;
      // AWS finds this wrong before it looks for the archive.
      if (pattern === undefined && days === undefined && text === undefined)
        throw validation(
          'At least one of EventPattern, RetentionDays or Description must be provided.',
        );
      if (pattern !== undefined && pattern !== '') patternOf(pattern);
      description(text);
      retentionDays(days);
      const nowMs = deps.clock.now();
      const { createdAtMs } = await change(deps, context, (draft) => {
        const there = foundArchive(draft, name);
        const changed = {
          ...there,
          description: text ?? there.description,
          pattern: pattern === undefined ? there.pattern : pattern || undefined,
          retentionDays: days ?? there.retentionDays,
        };
        putArchive(draft, changed, nowMs);
        return changed;
      });
      return {
        ArchiveArn: namedArn(context.scope, 'archive', name),
        State: 'ENABLED',
        CreationTime: new Date(createdAtMs),
      };
    },
  };
