// The encoded message of a denial: why it was denied, for whoever may be told. It is sealed, so
// that it says nothing to who was denied, and opens only in the account in which that happened.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Sealer } from '../../../port/sealer.ts';

/** As DecodeAuthorizationMessage tells it. */
export interface Denial {
  readonly allowed: false;
  /** A statement denies it; else none allows it. */
  readonly explicitDeny: boolean;
  readonly matchedStatements: { readonly items: readonly DenyingStatement[] };
  readonly failures: { readonly items: readonly object[] };
  readonly context: {
    readonly principal: { readonly id: string; readonly arn: string };
    readonly action: string;
    readonly resource: string;
    readonly conditions: { readonly items: readonly DenialCondition[] };
  };
  /** Ours: the layer of policies that denies or lacks leave, and the statement that denies. */
  readonly decidedBy: {
    readonly layer: string;
    readonly policy?: string | undefined;
    readonly statement?: string | number | undefined;
  };
}

interface DenyingStatement {
  readonly statementId: string;
  readonly effect: 'DENY';
  readonly principals: Values;
  readonly principalGroups: Values;
  readonly actions: Values;
  readonly resources: Values;
  readonly conditions: { readonly items: readonly DenialCondition[] };
}

interface DenialCondition {
  readonly key: string;
  readonly values: Values;
}

interface Values {
  readonly items: readonly { readonly value: string }[];
}

const about = (account: string): string => `denial ${account}`;
/** Of the JSON, though nobody but this server made it. */
const mostCharacters = 262_144;

/** `account` is that of who was denied. */
export const encodeDenial = (
  sealer: Pick<Sealer, 'seal'>,
  account: string,
  denial: Denial,
): string =>
  sealer.seal(deflateRawSync(JSON.stringify(denial)).toString('base64url'), about(account));

/** The denial's JSON; undefined where it was not encoded here, for this account. */
export function decodeDenial(
  sealer: Pick<Sealer, 'open'>,
  account: string,
  message: string,
): string | undefined {
  const text = sealer.open(message, about(account));
  return (
    text &&
    inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: mostCharacters }).toString()
  );
}
