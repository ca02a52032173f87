// What the service authorization reference says of AWS STS (September 2026). Keys of identity
// providers are not listed: they are of tokens, which trust policies alone are asked about.

import { on, type Reference } from './reference.ts';

export const sts: Reference = {
  types: {
    role: 'arn:*:iam::*:role/*',
  },
  actions: {
    AssumeRole: on(
      'role*',
      'aws:RequestTag aws:TagKeys sts:ExternalId sts:RoleSessionName sts:SourceIdentity sts:TransitiveTagKeys',
    ),
    DecodeAuthorizationMessage: on(),
    GetAccessKeyInfo: on(),
    SetSourceIdentity: on('role', 'sts:SourceIdentity'),
    TagSession: on('role', 'aws:RequestTag aws:TagKeys sts:TransitiveTagKeys'),
  },
  operations: {
    AssumeRole: 'sts:AssumeRole sts:SetSourceIdentity sts:TagSession',
    // Whoever has the token is let in by the trust policy alone.
    AssumeRoleWithWebIdentity: '',
    // "No permissions are required."
    GetCallerIdentity: '',
    GetSessionToken: '',
  },
  members: {
    RoleArn: 'arn:aws:iam::123456789012:role/r',
  },
  deviations: {
    'AssumeRole: sts:TagSession with sts:*':
      'Trust policies state one condition for all three actions.',
    'AssumeRole: sts:SetSourceIdentity with *': 'As above.',
  },
};
