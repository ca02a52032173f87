// The networks of multi-node parallel jobs, as far as engines share them: how large a job's block
// of addresses is, which address a node has in it, where the next free block lies, and a book of
// the blocks in use for engines that have no other. Pure.

import type { AttemptId, ContainerId } from '../base/ids.ts';
import { addressesIn, addressText, blockText, parseBlock, type Block } from '../base/ipv4.ts';
import type { NodeNetwork } from '../port/engine.ts';

/**
 * Where every node of a private network finds its own address, whichever the engine: a service can
 * listen there.
 */
export const nodeAddressVariable = 'LONGSHORE_NODE_PRIVATE_IPV4_ADDRESS';

/**
 * Where Docker networks of jobs lie unless it is said otherwise: apart from Docker's own pools, and
 * seldom anybody's.
 */
export const defaultJobNetworks = '10.213.0.0/16';

/**
 * The network itself, its gateway, and its broadcast address: the first two and the last of a
 * block.
 */
const addressesBeside = 3;

/** The prefix of the smallest block that holds so many nodes. */
export const prefixFor = (numNodes: number): number =>
  32 - Math.ceil(Math.log2(numNodes + addressesBeside));

export const gatewayOf = ({ base }: Block): string => addressText(base + 1);
export const nodeAddress = ({ base }: Block, node: number): string => addressText(base + 2 + node);

/**
 * A block of this prefix within `range` that touches none of `taken`: the first at or behind the
 * address `from`, else the first of all. Whoever goes on from the last one gives an address again
 * as late as can be, when connections to it are forgotten.
 */
export function freeBlock(
  range: Block,
  bits: number,
  taken: Iterable<Block>,
  from = range.base,
): Block | undefined {
  const sorted = [...taken].sort((a, b) => a.base - b.base);
  return firstFree(range, bits, sorted, from) ?? firstFree(range, bits, sorted, range.base);
}

function firstFree(
  range: Block,
  bits: number,
  sorted: readonly Block[],
  from: number,
): Block | undefined {
  const size = addressesIn(bits);
  const aligned = (address: number): number => Math.ceil(address / size) * size;
  let base = aligned(Math.max(from, range.base));
  for (const other of sorted) {
    const end = other.base + addressesIn(other.bits);
    if (end <= base) continue;
    if (other.base >= base + size) break;
    base = aligned(end);
  }
  return base + size <= range.base + addressesIn(range.bits) ? { base, bits } : undefined;
}

/** What the user reads of an attempt whose network has no room. */
export const noRoom = (range: Block, numNodes: number): string =>
  `ResourceInitializationError: unable to set up the network of the job: ${blockText(range)} has no block of /${prefixFor(numNodes)} free for ${numNodes} nodes`;

/** The block that a constant of ours names. */
export function ownBlock(text: string): Block {
  const block = parseBlock(text);
  if (block === undefined) throw new Error(`${text} is no block of addresses`);
  return block;
}

interface Entry {
  readonly block: Block;
  readonly members: Set<ContainerId>;
}

/** Networks and who is in them: one begins with its first container and ends with its last. */
export class NetworkBook {
  readonly #range: Block;
  readonly #networks = new Map<AttemptId, Entry>();
  readonly #networkOf = new Map<ContainerId, AttemptId>();
  #from: number;

  /** Blocks are given from the address `from` on. */
  constructor(range: Block, from = range.base) {
    this.#range = range;
    this.#from = from;
  }

  /**
   * The node's block, which is made for the first of its network; undefined where none is free. The
   * same container may join again.
   */
  join({ id, numNodes }: NodeNetwork, member: ContainerId): Block | undefined {
    const block = this.#networks.get(id)?.block ?? this.#allot(prefixFor(numNodes));
    if (block !== undefined) this.know(id, block, member);
    return block;
  }

  /** It was given this block before. */
  know(id: AttemptId, block: Block, member: ContainerId): void {
    let network = this.#networks.get(id);
    if (network === undefined) this.#networks.set(id, (network = { block, members: new Set() }));
    network.members.add(member);
    this.#networkOf.set(member, id);
  }

  /** A container that is in no network leaves none. */
  leave(member: ContainerId): void {
    const id = this.#networkOf.get(member);
    if (id === undefined) return;
    this.#networkOf.delete(member);
    const network = this.#networks.get(id);
    network?.members.delete(member);
    if (network?.members.size === 0) this.#networks.delete(id);
  }

  /** Every container that is in a network. */
  members(): Iterable<ContainerId> {
    return this.#networkOf.keys();
  }

  /** The networks that there are, with their blocks as text. */
  networks(): ReadonlyMap<AttemptId, string> {
    return new Map([...this.#networks].map(([id, { block }]) => [id, blockText(block)]));
  }

  #allot(bits: number): Block | undefined {
    const block = freeBlock(
      this.#range,
      bits,
      [...this.#networks.values()].map((network) => network.block),
      this.#from,
    );
    if (block !== undefined) this.#from = block.base + addressesIn(bits);
    return block;
  }
}
