// DeleteLogStream: first the row, which is what makes a stream exist, then its bytes. A container
// that still writes to it writes into nothing.

import type {
  DeleteLogStreamCommandInput,
  DeleteLogStreamCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onStream } from './access.ts';
import { groupName, streamName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupNotFound, streamNotFound } from './error.ts';

export const deleteLogStream: LogsOperation<
  DeleteLogStreamCommandInput,
  DeleteLogStreamCommandOutput
> = {
  authorizes: (input, context) => onStream('logs:DeleteLogStream', input, context),

  async handle({ bus, reader, sink }, input, context) {
    const { scope } = context;
    const group = groupName(input.logGroupName);
    const name = streamName(input.logStreamName);
    if (reader.logGroup(scope, group) === undefined) throw groupNotFound();
    const outcome = await bus.write(
      { table: 'log-stream', write: 'delete', scope, group, name },
      context,
    );
    if (outcome === 'absent') throw streamNotFound();
    await sink.delete({ scope, group, stream: name });
    return {};
  },
};
