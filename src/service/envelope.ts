// Who asks, as every change carries it to the one writer: what is written down of a change later
// says whose it was.

import type { Envelope } from '../port/command-bus.ts';
import type { RequestContext } from '../wire/operation.ts';

export const envelopeOf = ({
  requestId,
  caller,
  sourceAddress,
  userAgent,
}: RequestContext): Envelope => ({ requestId, caller, sourceAddress, userAgent });
