// CreateLogStream. A new stream is empty: what a crash may have left of a deleted one of its name
// goes.

import type {
  CreateLogStreamCommandInput,
  CreateLogStreamCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onStream } from './access.ts';
import { groupName, streamName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupNotFound, streamExists } from './error.ts';

export const createLogStream: LogsOperation<
  CreateLogStreamCommandInput,
  CreateLogStreamCommandOutput
> = {
  authorizes: (input, context) => onStream('logs:CreateLogStream', input, context),

  async handle({ bus, sink, clock }, input, context) {
    const { scope } = context;
    const group = groupName(input.logGroupName);
    const name = streamName(input.logStreamName);
    const outcome = await bus.write(
      {
        table: 'log-stream',
        write: 'create',
        row: { scope, group, name, createdAtMs: clock.now() },
      },
      context,
    );
    if (outcome === 'absent') throw groupNotFound();
    if (outcome === 'exists') throw streamExists();
    await sink.delete({ scope, group, stream: name });
    return {};
  },
};
