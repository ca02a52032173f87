// A subnet as environments ask after it: whether what is launched there gets out. It knows no
// environment and looks nothing up.

import { never } from '../../base/assert.ts';

/** A subnet that our own EC2 has. */
export interface KnownSubnet {
  readonly id: string;
  /**
   * Where its route table leads. What goes by an internet gateway needs a public address of its
   * own.
   */
  readonly wayOut: 'none' | 'internet-gateway' | 'nat-gateway';
  readonly mapPublicIp: boolean;
}

/** One from which nothing gets out. */
export interface CutOffSubnet {
  readonly subnetId: string;
  readonly lacks: 'route' | 'public-address';
}

/** Why what is launched there does not get out, if it does not. */
export function lackOf(
  { wayOut }: KnownSubnet,
  hasPublicIp: boolean,
): CutOffSubnet['lacks'] | undefined {
  switch (wayOut) {
    case 'none':
      return 'route';
    case 'nat-gateway':
      return undefined;
    case 'internet-gateway':
      return hasPublicIp ? undefined : 'public-address';
    default:
      return never(wayOut);
  }
}
