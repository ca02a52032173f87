// Who may assume a role, as its trust policy names them, and whether somebody is among them. It
// knows no account's users: who asks comes with the question.

import type { PrincipalText } from './document.ts';

/** Who asks, in the words of the Principal element. */
export type Asker =
  | {
      readonly kind: 'aws';
      readonly account: string;
      /** A user's, the root's, or a session's. */
      readonly arn: string;
      /** The role's, of a session. */
      readonly roleArn?: string | undefined;
    }
  /** A service of AWS's; it may have several names, by the partition. */
  | { readonly kind: 'service'; readonly names: readonly string[] }
  /** Who has a token of an identity provider: its ARN, or its name. */
  | { readonly kind: 'federated'; readonly provider: string };

/**
 * How somebody is named: by themselves or with everybody; as a session, by its role; as one of an
 * account's, so that the account must give them leave as well. In the order of what it is worth.
 */
export const naming = { none: 0, account: 1, role: 2, self: 3 } as const;
export type Naming = (typeof naming)[keyof typeof naming];

const accountForm = /^(?:(\d{12})|arn:[^:]+:iam::(\d{12}):root)$/;

/** What the element says of somebody. */
export function principalMatcher(named: PrincipalText): (asker: Asker) => Naming {
  if (named === '*') return () => naming.self;
  const aws = named.get('AWS') ?? [];
  const isAnybody = aws.includes('*');
  const accounts = new Set(
    aws.flatMap((name) => {
      const [, account, root = account] = accountForm.exec(name) ?? [];
      return root ?? [];
    }),
  );
  const arns = new Set(aws);
  const services = new Set(named.get('Service'));
  const providers = new Set(named.get('Federated'));
  return (asker) => {
    switch (asker.kind) {
      case 'service':
        return asker.names.some((name) => services.has(name)) ? naming.self : naming.none;
      case 'federated':
        return providers.has(asker.provider) ? naming.self : naming.none;
      case 'aws':
        if (isAnybody || (arns.has(asker.arn) && !accountForm.test(asker.arn))) return naming.self;
        if (asker.roleArn !== undefined && arns.has(asker.roleArn)) return naming.role;
        return accounts.has(asker.account) ? naming.account : naming.none;
    }
  };
}
