// Managed policies as a session's: their documents are read anew for each request, so that a new
// version holds at once.

import { defaultDocument } from '../iam/policy/policy.ts';
import type { IamView } from '../iam/resources.ts';

/** What stands for a managed policy that is gone: it allows nothing. */
const nothing = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: '*', Resource: '*' }],
});

/** The document that holds now. */
export const documentOf = (iam: IamView, arn: string): string =>
  defaultDocument(iam, arn) ?? nothing;
