// Whether a request says who sends it: links in messages do not. What the server calls from within
// for somebody counts as signed.

import type { RequestContext } from '../../../wire/operation.ts';

export const isSigned = ({
  principal: { kind, accessKeyId },
}: Pick<RequestContext, 'principal'>): boolean =>
  accessKeyId !== undefined || (kind !== 'anonymous' && kind !== 'root');
