// The authenticator of a server without access control: it believes whatever a request says of its
// caller, and verifies nothing.

import { partitionOf } from '../base/partition.ts';
import type { Authenticator } from './authentication.ts';

/**
 * Takes every caller for the root of its account: the access key id where that has twelve digits
 * (as tests and local clients set it), else the server's own.
 */
export function trustingAuthenticator(ownAccount: string): Authenticator {
  return {
    authenticate({ credential, region }) {
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
    },
  };
}
