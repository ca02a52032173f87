// What EC2 makes of blocks of addresses, beyond their arithmetic (base/ipv4.ts).

import { addressesIn, type Block } from '../../../base/ipv4.ts';

/** Addresses that EC2 hands out: it keeps five of each subnet to itself. */
export const usableAddresses = ({ bits }: Block): number => addressesIn(bits) - 5;

/**
 * A block as IPv6 writes it, roughly: enough to tell it from nonsense. Longshore keeps such rules
 * and never applies them.
 */
export const isBlock6 = (text: string): boolean =>
  /^[0-9A-Fa-f:]{2,39}\/\d{1,3}$/.test(text) &&
  text.includes(':') &&
  Number(text.slice(text.indexOf('/') + 1)) <= 128;
