// Private networks of multi-node parallel jobs on a Docker daemon: made for the first node that
// starts, gone with the last container (shared-things.ts). It touches no network that another
// server labelled.

import { readFileSync } from 'node:fs';
import type { AttemptId, ContainerId } from '../../base/ids.ts';
import { addressesIn, blockText, overlaps, parseBlock, type Block } from '../../base/ipv4.ts';
import { EngineUnavailable, type NodeNetwork } from '../../port/engine.ts';
import { freeBlock, gatewayOf, noRoom, nodeAddress, prefixFor } from '../job-networks.ts';
import type { ListedNetwork } from './docker-api.ts';
import { daemonMessage, type DockerAnswer, type DockerClient } from './docker-client.ts';
import { markLabel, networkLabel, networkName, type Seat } from './container-mapping.ts';
import { SharedThings, type CannotStart } from './shared-things.ts';

interface DockerNetworksParts {
  readonly client: DockerClient;
  /** Tells the servers apart that use one daemon. */
  readonly mark: string;
  /** Where the blocks of networks are taken from. */
  readonly range: Block;
  /** What the daemon's host reaches elsewhere, as far as that can be known here. */
  readonly hostRoutes: () => readonly Block[];
}

/** A network as Docker has it. */
interface Made {
  readonly dockerId: string;
  readonly block: Block;
}

/**
 * Blocks that the daemon may refuse before a start gives up: each time another server, or a person,
 * was quicker.
 */
const refusalsMost = 16;

export class DockerNetworks {
  readonly #parts: DockerNetworksParts;
  readonly #networks: SharedThings<AttemptId, ContainerId, NodeNetwork, Made>;
  /** Networks are made one after the other: two would choose the same block. */
  #makingTurn: Promise<unknown> = Promise.resolve();
  #from: number;

  constructor(parts: DockerNetworksParts) {
    this.#parts = parts;
    this.#from = parts.range.base;
    this.#networks = new SharedThings({
      make: (_, network) => this.#make(network),
      remove: (id) => this.#remove(id),
      list: () => this.#ids(),
    });
  }

  /** The node's place; the network is made if need be, and stays until the container leaves. */
  async join(network: NodeNetwork, member: ContainerId): Promise<Seat | CannotStart> {
    const made = await this.#networks.join(network.id, network, member);
    return 'cannotStart' in made
      ? made
      : {
          networkId: network.id,
          dockerId: made.dockerId,
          address: nodeAddress(made.block, network.node),
        };
  }

  /** It has a container in the network. */
  know(id: AttemptId, member: ContainerId): void {
    this.#networks.know(id, member);
  }

  /** As {@link SharedThings.leave}. */
  leave(member: ContainerId): Promise<void> {
    return this.#networks.leave(member);
  }

  /** Every container that is in a network as far as is known. */
  members(): Iterable<ContainerId> {
    return this.#networks.members();
  }

  /**
   * Removes the networks of ours that nobody is in. Every container of ours must be known before.
   */
  sweep(): Promise<void> {
    return this.#networks.sweep();
  }

  async #ids(): Promise<AttemptId[]> {
    return (await this.#list({ label: [this.#ownLabel, networkLabel] })).map(
      ({ Labels }) => Labels?.[networkLabel] as AttemptId,
    );
  }

  get #ownLabel(): string {
    return `${markLabel}=${this.#parts.mark}`;
  }

  #make(network: NodeNetwork): Promise<Made | CannotStart> {
    const made = this.#makingTurn.then(() => this.#findOrMake(network));
    this.#makingTurn = made.catch(() => undefined);
    return made;
  }

  async #findOrMake({ id, numNodes }: NodeNetwork): Promise<Made | CannotStart> {
    const { range } = this.#parts;
    const refused: Block[] = [];
    for (;;) {
      const present = await this.#list();
      const own = present.find(
        ({ Labels }) => Labels?.[networkLabel] === id && Labels[markLabel] === this.#parts.mark,
      );
      const block = own && blocksOf(own)[0];
      if (own !== undefined && block !== undefined) return { dockerId: own.Id, block };

      const taken = [...present.flatMap(blocksOf), ...this.#parts.hostRoutes(), ...refused].filter(
        (one) => overlaps(one, range),
      );
      const free = freeBlock(range, prefixFor(numNodes), taken, this.#from);
      if (free === undefined)
        return {
          cannotStart: `${noRoom(range, numNodes)}, beside the networks of this Docker engine and the routes of its host; --job-networks gives another range`,
        };
      const answer = await this.#create(id, free);
      if (answer.status === 201) {
        this.#from = free.base + addressesIn(free.bits);
        return { dockerId: (JSON.parse(answer.body.toString()) as { Id: string }).Id, block: free };
      }
      await this.#parts.client.assertAnswering(answer);
      // Whatever the daemon has against this block, it need not have against the next.
      if (refused.push(free) === refusalsMost)
        return {
          cannotStart: `ResourceInitializationError: unable to set up the network of the job: Error response from daemon: ${daemonMessage(answer)}`,
        };
    }
  }

  #create(id: AttemptId, block: Block): Promise<DockerAnswer> {
    const body = {
      Name: networkName(id),
      CheckDuplicate: true,
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: blockText(block), Gateway: gatewayOf(block) }] },
      Labels: { [networkLabel]: id, [markLabel]: this.#parts.mark },
    };
    return this.#parts.client.request({ method: 'POST', path: '/networks/create', body });
  }

  /** What Docker refuses to remove is removed at a later sweep. */
  async #remove(id: AttemptId): Promise<void> {
    for (const { Id } of await this.#list({ label: [this.#ownLabel, `${networkLabel}=${id}`] })) {
      await this.#parts.client.request({
        method: 'DELETE',
        path: `/networks/${Id}`,
        repeatable: true,
      });
    }
  }

  async #list(
    filters?: Readonly<Record<string, readonly string[]>>,
  ): Promise<readonly ListedNetwork[]> {
    const answer = await this.#parts.client.request({
      method: 'GET',
      path: '/networks',
      query: { filters: filters && JSON.stringify(filters) },
      repeatable: true,
    });
    if (answer.status !== 200) throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
    return JSON.parse(answer.body.toString()) as ListedNetwork[];
  }
}

/** IPv4 alone: where our blocks are. */
const blocksOf = ({ IPAM }: ListedNetwork): Block[] =>
  (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
    Subnet === undefined ? [] : (parseBlock(Subnet) ?? []),
  );

/**
 * The routes of this machine, from the kernel's table; none where there is no such table. A default
 * route is in nobody's way.
 */
export function machineRoutes(): Block[] {
  let table: string;
  try {
    table = readFileSync('/proc/net/route', 'utf8');
  } catch {
    return [];
  }
  return parseRoutes(table);
}

/**
 * The form of /proc/net/route: destination and mask are hexadecimal, their bytes in the machine's
 * order.
 */
export function parseRoutes(table: string): Block[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination = '', , , , , , mask = ''] = line.split('\t');
      const bits = [...mask].reduce(
        (sum, digit) => sum + (bitsOfDigit[Number.parseInt(digit, 16)] ?? 0),
        0,
      );
      return bits === 0 ? [] : { base: hostOrder(destination), bits };
    });
}

const bitsOfDigit = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];
const hostOrder = (hex: string): number => Buffer.from(hex, 'hex').readUInt32LE();
