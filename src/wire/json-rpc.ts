// The JSON 1.1 protocol (CloudWatch Logs, EventBridge, ECS, CloudTrail): every operation is POST /
// and is named by the X-Amz-Target header as `<prefix>.<Operation>`; the body is the input.

import { parseJson, unread, writeJsonError } from './json.ts';
import type { BoundOperation, HeadProtocol } from './protocol.ts';
import { compileRequest, compileResponse, type OperationSchema } from './schema.ts';

export const jsonRpc: HeadProtocol = {
  operationIn: 'head',
  contentType: 'application/x-amz-json-1.1',
  unknownOperationStatus: 400,
  writeError: writeJsonError,
  bind(operations, namesOnly) {
    const byName = new Map<string, BoundOperation>();
    for (const operation of operations) {
      byName.set(
        operation.name,
        namesOnly.has(operation.name)
          ? { name: operation.name, ...unread }
          : bindOperation(operation),
      );
    }
    return {
      route(head) {
        if (head.method !== 'POST') return { unrouted: 'method', allow: 'POST' };
        return (
          byName.get(targetOf(head.headers['x-amz-target']).operation) ?? { unrouted: 'unknown' }
        );
      },
    };
  },
};

/** Splits an X-Amz-Target header; both halves are empty where there is none. */
export function targetOf(header: string | string[] | undefined): {
  prefix: string;
  operation: string;
} {
  if (typeof header !== 'string') return { prefix: '', operation: '' };
  const dot = header.lastIndexOf('.');
  return { prefix: header.slice(0, Math.max(dot, 0)), operation: header.slice(dot + 1) };
}

function bindOperation(operation: OperationSchema): BoundOperation {
  const parse = compileRequest(operation.input);
  return {
    name: operation.name,
    schema: operation,
    read: (_head, body) => parse(parseJson(body)),
    write: compileResponse(operation.output),
  };
}
