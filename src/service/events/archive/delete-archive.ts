// DeleteArchive: nothing more is kept, and what was kept is removed soon after.

import type {
  DeleteArchiveCommandInput,
  DeleteArchiveCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { change, type EventsOperation } from '../deps.ts';
import { ruleKey } from '../resources.ts';
import { archiveName, archiveRule, foundArchive, stateOf } from './archive.ts';

export const deleteArchive: EventsOperation<DeleteArchiveCommandInput, DeleteArchiveCommandOutput> =
  {
    authorizes: ({ ArchiveName }, context) =>
      onNamed('DeleteArchive', 'archive', ArchiveName, context),

    async handle(deps, input, context) {
      const name = archiveName(input.ArchiveName);
      await change(deps, context, (draft) => {
        const archive = foundArchive(draft, name);
        if (stateOf(draft, archive) === 'ENABLED')
          draft.remove('rule', ruleKey(archiveRule(archive)));
        draft.remove('archive', name);
      });
      return {};
    },
  };
