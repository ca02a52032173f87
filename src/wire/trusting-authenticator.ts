// The authenticator of a server without access control: it believes whatever a request says of its
// caller, and verifies nothing.

import { partitionOf } from '../base/partition.ts';
import type { Principal } from '../base/principal.ts';
import type { Authenticator } from './authentication.ts';
import type { RequestHead } from './protocol.ts';

/** Whose a key is; undefined: nobody's that is known here. */
type KnownCallers = (
  accessKeyId: string,
  sessionToken: string | undefined,
  region: string,
) => Principal | undefined | Promise<Principal | undefined>;

/**
 * Takes a caller for whoever has the key that the request names, and everybody else for the root of
 * an account: the access key id where that has twelve digits (as tests and local clients set it),
 * else the server's own.
 */
export function trustingAuthenticator(
  ownAccount: string,
  known: KnownCallers = () => undefined,
): Authenticator {
  return {
    authenticate({ head, credential, region }) {
      const root = (): Principal => {
        const account =
          credential !== undefined && /^\d{12}$/.test(credential.accessKeyId)
            ? credential.accessKeyId
            : ownAccount;
        return {
          kind: 'root',
          account,
          arn: `arn:${partitionOf(region)}:iam::${account}:root`,
          userId: account,
          accessKeyId: credential?.accessKeyId,
        };
      };
      if (credential === undefined) return root();
      const token = sessionTokenOf(head, credential.foundIn);
      const found = known(credential.accessKeyId, token, region);
      return found instanceof Promise ? found.then((one) => one ?? root()) : (found ?? root());
    },
  };
}

function sessionTokenOf(
  { headers, query }: RequestHead,
  foundIn: 'header' | 'query',
): string | undefined {
  if (foundIn === 'query')
    return new URLSearchParams(query).get('X-Amz-Security-Token') ?? undefined;
  const header = headers['x-amz-security-token'];
  return typeof header === 'string' ? header : undefined;
}
