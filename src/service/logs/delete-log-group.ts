// DeleteLogGroup: the rows of the group and its streams in one write, then the streams' bytes.

import type {
  DeleteLogGroupCommandInput,
  DeleteLogGroupCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onGroup } from './access.ts';
import { groupName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupNotFound } from './error.ts';
import { streamsOf } from './streams-of.ts';

const deletionsAtOnce = 64;

export const deleteLogGroup: LogsOperation<
  DeleteLogGroupCommandInput,
  DeleteLogGroupCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:DeleteLogGroup', input, context),

  async handle(deps, input, context) {
    const { scope } = context;
    const group = groupName(input.logGroupName);
    const names: string[] = [];
    for await (const rows of streamsOf(deps, scope, group))
      for (const row of rows) names.push(row.name);
    const outcome = await deps.bus.write(
      { table: 'log-group', write: 'delete', scope, name: group },
      context,
    );
    if (outcome === 'absent') throw groupNotFound();
    for (let at = 0; at < names.length; at += deletionsAtOnce) {
      await Promise.all(
        names
          .slice(at, at + deletionsAtOnce)
          .map((stream) => deps.sink.delete({ scope, group, stream })),
      );
    }
    return {};
  },
};
