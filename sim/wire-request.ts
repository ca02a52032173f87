// What clients ask for as AWS's protocols carry it: a request's head and bytes, by the operation's
// name. It sends nothing.

import type { Command } from '../src/core/command/command.ts';
import type { TableWrite } from '../src/port/table.ts';
import type { RequestHead } from '../src/wire/protocol.ts';

export interface WireRequest {
  readonly head: RequestHead;
  readonly body: string;
}

/** Undefined: there is no operation of AWS's by which a client could ask for it. */
export function requestOf(command: Command): WireRequest | undefined {
  switch (command.type) {
    case 'submit-job':
      return batch('submitjob', command.request);
    case 'stop-job': {
      const { jobId, reason } = command;
      const operation = command.isService === true ? 'terminateservicejob' : 'terminatejob';
      return batch(command.by === 'cancel' ? 'canceljob' : operation, { jobId, reason });
    }
    case 'update-service-job': {
      const { jobId, schedulingPriority } = command;
      return batch('updateservicejob', { jobId, schedulingPriority });
    }
    case 'create-service-environment':
      return batch('createserviceenvironment', command.request);
    case 'update-service-environment': {
      const { serviceEnvironment, state, capacityLimits } = command;
      return batch('updateserviceenvironment', { serviceEnvironment, state, capacityLimits });
    }
    case 'delete-service-environment': {
      const { serviceEnvironment } = command;
      return batch('deleteserviceenvironment', { serviceEnvironment });
    }
    case 'create-job-queue':
      return batch('createjobqueue', command.request);
    case 'update-job-queue':
      return batch('updatejobqueue', command.request);
    case 'delete-job-queue':
      return batch('deletejobqueue', { jobQueue: command.jobQueue });
    case 'create-compute-environment':
      return batch('createcomputeenvironment', command.request);
    case 'update-compute-environment':
      return batch('updatecomputeenvironment', command.request);
    case 'delete-compute-environment': {
      const { computeEnvironment } = command;
      return batch('deletecomputeenvironment', { computeEnvironment });
    }
    case 'create-scheduling-policy':
      return batch('createschedulingpolicy', command.request);
    case 'update-scheduling-policy':
      return batch('updateschedulingpolicy', command.request);
    case 'delete-scheduling-policy':
      return batch('deleteschedulingpolicy', { arn: command.arn });
    case 'create-quota-share':
      return batch('createquotashare', command.request);
    case 'update-quota-share':
      return batch('updatequotashare', command.request);
    case 'delete-quota-share':
      return batch('deletequotashare', { quotaShareArn: command.arn });
    case 'update-consumable-resource':
      return batch('updateconsumableresource', command.request);
    case 'deregister-job-definition':
      return batch('deregisterjobdefinition', { jobDefinition: command.jobDefinition });
    case 'change-tags':
      return batch(`tags/${encodeURIComponent(command.arn)}`, { tags: command.set });
    default:
      return undefined;
  }
}

/** Likewise. */
export function requestOfWrite(write: TableWrite): WireRequest | undefined {
  if (write.table === 'log-group' && write.write === 'create')
    return logs('CreateLogGroup', { logGroupName: write.row.name });
  if (write.table === 'log-group' && write.write === 'delete')
    return logs('DeleteLogGroup', { logGroupName: write.name });
  if (write.table === 'log-stream' && write.write === 'create') {
    const { group: logGroupName, name: logStreamName } = write.row;
    return logs('CreateLogStream', { logGroupName, logStreamName });
  }
  return undefined;
}

/** AWS Batch, by an operation's name in its path. */
export const batch = (operation: string, input: object): WireRequest =>
  request(`/v1/${operation}`, signedFor('batch'), input);

/** CloudWatch Logs. */
export const logs = (operation: string, input: object): WireRequest =>
  request('/', { ...signedFor('logs'), 'x-amz-target': `Logs_20140328.${operation}` }, input);

/** EventBridge. */
export const eventBridge = (operation: string, input: object): WireRequest =>
  request('/', { ...signedFor('events'), 'x-amz-target': `AWSEvents.${operation}` }, input);

const signedFor = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

const request = (path: string, headers: Record<string, string>, input: object): WireRequest => ({
  head: { method: 'POST', path, query: '', headers, rawHeaders: [], sourceAddress: '127.0.0.1' },
  body: JSON.stringify(input),
});
