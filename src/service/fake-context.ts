// Who asks in the tests of operations, and where. Only tests import it.

import { scopeParts, type Scope } from '../base/ids.ts';
import type { RequestContext } from '../wire/operation.ts';

/** Of an account's root, as the wire makes it. */
export function contextIn(scope: Scope): RequestContext {
  const { account, region } = scopeParts(scope);
  return {
    requestId: 'request',
    account,
    region,
    scope,
    principal: {
      kind: 'root',
      account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      accessKeyId: account,
    },
    service: 'test',
    operation: 'Test',
    sourceAddress: '127.0.0.1',
    userAgent: 'test',
  };
}
