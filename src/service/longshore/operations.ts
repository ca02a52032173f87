// Every operation of our own, and its path under /_longshore/. They take what their path and its
// query say and answer JSON, a stream, or go
// on over a WebSocket.

import type { Operation, OperationTable } from '../../wire/operation.ts';
import type { LongshoreDeps } from './deps.ts';
import { backUp } from './back-up.ts';
import { executeCommand } from './execute-command.ts';
import { explainJob } from './explain-job.ts';
import { followEvents } from './follow-events.ts';
import { interruptInstance } from './interrupt-instance.ts';
import type { LongshorePath } from './paths.ts';
import { updateJob } from './update-job.ts';
import { validateHost } from './validate-host.ts';
import { validateImage } from './validate-image.ts';

interface LongshoreOperation extends LongshorePath {
  readonly operation: Operation<LongshoreDeps, never, unknown>;
}

export const longshorePaths: readonly LongshoreOperation[] = [
  { name: 'BackUp', method: 'POST', path: /^\/_longshore\/backup$/, operation: backUp },
  {
    name: 'ExecuteCommand',
    method: 'GET',
    path: /^\/_longshore\/jobs\/(?<jobId>[^/]+)\/session$/,
    headers: { upgrade: 'upgrade' },
    operation: executeCommand,
  },
  {
    name: 'ExplainJob',
    method: 'GET',
    path: /^\/_longshore\/jobs\/(?<jobId>[^/]+)\/explanation$/,
    operation: explainJob,
  },
  {
    name: 'FollowEvents',
    method: 'GET',
    path: /^\/_longshore\/events$/,
    headers: { 'last-event-id': 'after' },
    operation: followEvents,
  },
  {
    name: 'InterruptInstance',
    method: 'POST',
    path: /^\/_longshore\/instances\/(?<instanceId>[^/]+)\/interruption$/,
    operation: interruptInstance,
  },
  {
    name: 'UpdateJob',
    method: 'POST',
    path: /^\/_longshore\/jobs\/(?<jobId>[^/]+)\/update$/,
    operation: updateJob,
  },
  {
    name: 'ValidateImage',
    method: 'GET',
    path: /^\/_longshore\/images\/(?<imageId>[^/]+)\/validation$/,
    operation: validateImage,
  },
  {
    name: 'ValidateHost',
    method: 'GET',
    path: /^\/_longshore\/hosts\/(?<hostId>[^/]+)\/validation$/,
    operation: validateHost,
  },
];

export const longshoreOperations: OperationTable<LongshoreDeps> = Object.fromEntries(
  longshorePaths.map(({ name, operation }) => [name, operation]),
);
