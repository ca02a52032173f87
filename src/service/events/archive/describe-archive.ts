// DescribeArchive: one archive, with how much is in it.

import type {
  DescribeArchiveCommandInput,
  DescribeArchiveCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { namedArn } from '../arn.ts';
import { view, type EventsOperation } from '../deps.ts';
import { archiveName, foundArchive, shownArchive } from './archive.ts';

export const describeArchive: EventsOperation<
  DescribeArchiveCommandInput,
  DescribeArchiveCommandOutput
> = {
  authorizes: ({ ArchiveName }, context) =>
    onNamed('DescribeArchive', 'archive', ArchiveName, context),

  async handle(deps, input, context) {
    const events = await view(deps, context);
    const archive = foundArchive(events, archiveName(input.ArchiveName));
    return {
      ...shownArchive(events, deps.archives, archive, context),
      ArchiveArn: namedArn(context.scope, 'archive', archive.name),
      Description: archive.description,
      EventPattern: archive.pattern,
    };
  },
};
