// An authenticator that notes which long-term keys requests were rightly signed with, for
// GetAccessKeyLastUsed. Who somebody is, the authenticator inside says.

import type { Principal } from '../../../base/principal.ts';
import type { Authenticator } from '../../../wire/authentication.ts';
import type { KeyUses } from './key-uses.ts';

export function notingUses(inner: Authenticator, uses: Pick<KeyUses, 'note'>): Authenticator {
  return {
    authenticate(request) {
      const noted = (principal: Principal): Principal => {
        const { accessKeyId } = principal;
        if (accessKeyId?.startsWith('AKIA'))
          uses.note(accessKeyId, { service: request.service, region: request.region });
        return principal;
      };
      const known = inner.authenticate(request);
      return known instanceof Promise ? known.then(noted) : noted(known);
    },
  };
}
