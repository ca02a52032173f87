// Makes room for jobs of one class, one after the other: which jobs have to be stopped for it, and
// where. On each host that could hold the job it takes victims in their order until the host, the
// machine and the environment hold it and its share's quota allows it, then spares whom it can. Of
// all hosts the one is taken that costs least. A sketch: nothing is stopped here.

import type { Arn, HostId } from '../../../base/ids.ts';
import {
  hasInstances,
  isOnCluster,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type Host } from '../../host/host.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { addNeeds, noNeeds, subtractNeeds, timesNeeds, type Needs } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import type { ServiceEnvironment } from '../../service-environment/service-environment.ts';
import type { ServiceTerms } from '../../service-job/service-terms.ts';
import { serviceEnvironmentOf } from '../fit/fit-service.ts';
import { availableEnvironments } from '../fit/available-environments.ts';
import { fitIn } from '../fit/fit.ts';
import { hasNodes } from '../fit/fit-nodes.ts';
import { couldEver, withKept } from '../fit/host-room.ts';
import { fitsIn, hasRoom } from '../fit/room.ts';
import { keptOf, type Holds, type Room } from '../order/hold.ts';
import type { JobClass } from '../order/job-class.ts';
import type { Displacing } from '../order/line.ts';
import type { QuotaBooks } from '../order/quota-books.ts';
import { heldBy, instancesSpot, spotsOf, type Ground, type Spot, type Victim } from './ground.ts';
import { emptiedHosts, type HostPlan } from './node-hosts.ts';

/** Something that has to have room. */
interface Bound {
  readonly spot: Spot;
  readonly capacity: Needs;
  /** When all that is being stopped has stopped, and with what is kept for others. */
  readonly used: Needs;
}

/** Where the job would go. */
interface Site {
  readonly environment: ComputeEnvironment | ServiceEnvironment;
  /** None: an instance is yet to come for it. */
  readonly hostIds: readonly HostId[];
  /** What of each is kept for it. */
  readonly on: ReadonlyMap<HostId, Needs>;
  readonly bounds: readonly Bound[];
  /** They have to go, for the nodes want whole hosts. */
  readonly mustGo: readonly Victim[];
}

interface Step {
  readonly site: Site;
  readonly victims: readonly Victim[];
}

export class MakingRoom {
  /** Who is to be stopped so far, in the order in which that was found. */
  readonly #victims = new Set<Victim>();
  readonly #world: World;
  readonly #queue: JobQueue;
  readonly #displacing: Displacing;
  readonly #jobClass: JobClass;
  readonly #holds: Holds;
  readonly #ground: Ground;
  readonly #books: QuotaBooks;
  readonly #share: string;
  readonly #priority: number;
  /** What was planned so far takes there, less what those give back who are to be stopped. */
  readonly #taken = new Map<Spot, Needs>();
  /** Where it takes something. */
  readonly #bounds = new Map<Spot, Bound>();
  readonly #hostIds = new Set<HostId>();
  readonly #on = new Map<HostId, Needs>();
  #environment: ComputeEnvironment | ServiceEnvironment | undefined;
  #made = 0;
  /** Others were stopped before for so many. */
  readonly #owed: number;

  constructor(
    world: World,
    queue: JobQueue,
    displacing: Displacing,
    { jobClass, owed }: { readonly jobClass: JobClass; readonly owed: number },
    holds: Holds,
    ground: Ground,
  ) {
    this.#owed = owed;
    this.#world = world;
    this.#queue = queue;
    this.#displacing = displacing;
    this.#jobClass = jobClass;
    this.#holds = holds;
    this.#ground = ground;
    this.#books = displacing.books(jobClass);
    const { identifier = '', schedulingPriority = 0 } = jobClass.claim.share ?? {};
    this.#share = identifier;
    this.#priority = schedulingPriority;
  }

  /** False: there is no more to be made. */
  makeForOne(): boolean {
    // Room for several nodes is kept for one job at a time.
    if (hasNodes(this.#jobClass.claim) && this.#environment !== undefined) return false;
    const isOwn = this.#books.isOwn(this.#share, this.#jobClass.amounts);
    const candidates = this.#candidates(isOwn);
    let best: Step | undefined;
    for (const site of this.#sites(candidates)) {
      const step = this.#stepOn(site, candidates);
      if (step === undefined) continue;
      if (best === undefined || costsLess(step, best, this.#share)) best = step;
      if (step.victims.length === 0) break;
    }
    if (best === undefined) return false;
    this.#take(best);
    this.#made++;
    return true;
  }

  /**
   * What is not its share's own it has only from those of its share that it displaces, and so that
   * the share borrows no more than it did: else its own would make way for what is borrowed, which
   * others take back, and so round for ever.
   */
  #isOwed(victims: readonly Victim[], books: QuotaBooks): boolean {
    if (this.#books.isOwn(this.#share, this.#jobClass.amounts)) return true;
    if (!this.#displacing.displacesInShare(this.#share)) return false;
    // Those that it displaces may be on their way out already.
    if (!victims.some(({ share }) => share === this.#share)) return this.#made < this.#owed;
    return this.#jobClass.amounts.every(
      ([unit, amount]) =>
        books.beyond(this.#share, unit, amount) <= this.#books.beyond(this.#share, unit),
    );
  }

  get count(): number {
    return this.#victims.size;
  }

  /** Who is to be stopped for all of them together: whoever can be spared by now is. */
  finish(): readonly Victim[] {
    const found = [...this.#victims];
    if (this.#made > 1)
      for (const victim of found.toReversed()) {
        this.#stop(victim, false);
        if (!this.#hasAll()) this.#stop(victim, true);
      }
    const victims = found.filter((victim) => this.#victims.has(victim));
    for (const victim of victims) this.#ground.stop(victim);
    return victims;
  }

  /** Whether all that is planned has room, and its quota. */
  #hasAll(): boolean {
    for (const { spot, capacity } of this.#bounds.values()) {
      const bound = this.#boundAt(spot, capacity);
      if (!fitsIn(capacity, bound.used)) return false;
    }
    const books = this.#books.fork();
    const { amounts } = this.#jobClass;
    books.move(this.#share, amounts, -this.#made);
    for (let job = 0; job < this.#made; job++) {
      if (books.short(this.#share, amounts) !== undefined) return false;
      books.move(this.#share, amounts, 1);
    }
    return true;
  }

  #stop(victim: Victim, isToGo: boolean): void {
    if (isToGo) this.#victims.add(victim);
    else this.#victims.delete(victim);
    this.#books.move(victim.share, victim.amounts, isToGo ? -1 : 1);
    for (const spot of new Set(victim.places.flatMap(spotsOf)))
      this.#addTo(spot, timesNeeds(heldBy(victim, spot), isToGo ? -1 : 1));
  }

  #addTo(spot: Spot, more: Needs): void {
    this.#taken.set(spot, addNeeds(this.#taken.get(spot) ?? noNeeds, more));
  }

  room(): Room | undefined {
    if (this.#environment === undefined || this.#on.size === 0) return undefined;
    return {
      computeEnvironmentArn: this.#environment.arn,
      hostIds: [...this.#hostIds],
      on: this.#on,
    };
  }

  /** Who may be stopped for it: those who borrow, before those of its own share. */
  #candidates(isOwn: boolean): Victim[] {
    const borrowing: Victim[] = [];
    const own: Victim[] = [];
    const inShare = this.#displacing.displacesInShare(this.#share);
    for (const victim of this.#ground.victimsOf(this.#queue.arn))
      if (this.#victims.has(victim)) continue;
      else if (victim.share === this.#share) {
        if (inShare && victim.priority < this.#priority) own.push(victim);
      } else if (isOwn && this.#books.isOver(victim.share, victim.amounts)) borrowing.push(victim);
    return [...borrowing, ...own];
  }

  *#sites(candidates: readonly Victim[]): Generator<Site> {
    const { claim, needs } = this.#jobClass;
    if (claim.service !== undefined) yield* this.#serviceSites(claim.service);
    for (const environment of availableEnvironments(this.#world, this.#queue)) {
      const max = maxMilliVcpu(environment);
      if (needs.milliVcpu > max || (this.#environment ?? environment) !== environment) continue;
      if (hasNodes(claim)) {
        const hosts = emptiedHosts(this.#world, environment, claim, this.#holds, candidates);
        if (hosts !== undefined) yield this.#nodeSite(environment, max, hosts);
        continue;
      }
      if (!isCutOff(environment))
        for (const host of this.#world.hostsFor(environment)) {
          const { type, machine } = beneath(this.#world.hosts, host);
          if (
            unavailable(host) !== undefined ||
            type === 'not-joined' ||
            !couldEver(host, needs) ||
            (machine !== undefined && !couldEver(machine, needs))
          )
            continue;
          yield {
            environment,
            hostIds: [host.id],
            on: new Map([host, machine].flatMap((each) => (each ? [[each.id, needs]] : []))),
            bounds: [
              this.#boundOf(host),
              ...(machine === undefined ? [] : [this.#boundOf(machine)]),
              ...this.#environmentBound(environment, max),
            ],
            mustGo: [],
          };
        }
      if (hasInstances(environment) && this.#mayLaunch(environment))
        yield { environment, hostIds: [], on: new Map(), bounds: [], mustGo: [] };
    }
  }

  /** Its instance is a part of this machine; the environment bounds how many there are. */
  *#serviceSites({ instanceType, instances }: ServiceTerms): Generator<Site> {
    const { needs } = this.#jobClass;
    const environment = serviceEnvironmentOf(this.#world, this.#queue);
    if (environment === undefined) return;
    const spot = instancesSpot(environment.arn, instanceType);
    const { maxCapacity = 0 } =
      environment.capacityLimits.find(({ capacityUnit }) => capacityUnit === instanceType) ?? {};
    for (const machine of this.#world.hosts.machines())
      if (couldEver(machine, needs))
        yield {
          environment,
          hostIds: [machine.id],
          on: new Map([[machine.id, needs]]),
          bounds: [
            this.#boundOf(machine),
            this.#boundAt(spot, timesNeeds(needs, Math.floor(maxCapacity / instances))),
          ],
          mustGo: [],
        };
  }

  #nodeSite(
    environment: ComputeEnvironment,
    max: number,
    { hostIds, on, machine, mustGo }: HostPlan,
  ): Site {
    return {
      environment,
      hostIds,
      on,
      bounds: [
        ...(machine === undefined ? [] : [this.#boundOf(machine)]),
        // Of others it bounds the instances that are launched, or nothing.
        ...(isOnCluster(environment) ? this.#environmentBound(environment, max) : []),
      ],
      mustGo,
    };
  }

  /** An instance would come for it, if its share's quota did not hold it back. */
  #mayLaunch(environment: ComputeEnvironment): boolean {
    const on = fitIn(this.#world, this.#queue, environment, this.#jobClass.claim, this.#holds);
    return !on.fits && on.because.type === 'no-instance' && on.because.unmet === undefined;
  }

  #boundOf({ id, capacity }: Host): Bound {
    return this.#boundAt(id, capacity);
  }

  /** maxvCpus bounds what its jobs hold, where it has no instances. */
  #environmentBound(environment: ComputeEnvironment, max: number): Bound[] {
    if (hasInstances(environment)) return [];
    return [this.#boundAt(environment.arn, { ...unbounded, milliVcpu: max })];
  }

  #boundAt(spot: Spot, capacity: Needs): Bound {
    const host = this.#world.hosts.get(spot as HostId);
    const isHeld =
      host === undefined ? this.#environmentUse(spot as Arn) : this.#world.hostUse(host.id);
    const then = this.#ground.usedThen(spot, isHeld);
    const used =
      host === undefined
        ? addNeeds(then, keptOf(this.#holds, { computeEnvironmentArn: spot as Arn }))
        : withKept(then, this.#holds, host);
    return { spot, capacity, used: addNeeds(used, this.#taken.get(spot) ?? noNeeds) };
  }

  #environmentUse(spot: Arn): Needs {
    const { claim, needs } = this.#jobClass;
    const [arn, instanceType] = spot.split('#') as [Arn, string?];
    if (claim.service === undefined || instanceType === undefined)
      return this.#world.environmentUse(spot);
    const used = this.#world.serviceEnvironments.used(arn, instanceType);
    return timesNeeds(needs, used / claim.service.instances);
  }

  #stepOn(site: Site, candidates: readonly Victim[]): Step | undefined {
    const trial = this.#roomOn(site, candidates);
    if (trial === undefined) return undefined;
    const { amounts } = this.#jobClass;
    for (const victim of candidates) {
      const short = trial.books.short(this.#share, amounts);
      if (short === undefined) break;
      if (trial.has(victim) || !this.#givesBack(victim, short.unit, trial.books)) continue;
      trial.add(victim);
    }
    if (trial.books.short(this.#share, amounts) !== undefined) return undefined;
    // The last in the order first: whoever can be spared is.
    const found = trial.victims();
    for (const victim of found.toReversed()) {
      if (site.mustGo.includes(victim)) continue;
      trial.remove(victim);
      if (
        trial.books.short(this.#share, amounts) !== undefined ||
        site.bounds.some((bound) => trial.lackingAt(bound) !== undefined)
      )
        trial.add(victim);
    }
    const victims = found.filter((victim) => trial.has(victim));
    return this.#isOwed(victims, trial.books) ? { site, victims } : undefined;
  }

  /** Undefined: those who may be stopped do not make room enough there. */
  #roomOn(site: Site, candidates: readonly Victim[]): Trial | undefined {
    const trial = new Trial(this.#books.fork(), this.#jobClass.needs);
    for (const victim of site.mustGo) {
      if (!this.#maySpare(victim, trial.books)) return undefined;
      trial.add(victim);
    }
    let isKeptByItsOwn = false;
    for (const bound of site.bounds)
      for (const victim of candidates) {
        const lacks = trial.lackingAt(bound);
        if (lacks === undefined) break;
        if (trial.has(victim) || !holdsAny(heldBy(victim, bound.spot), lacks)) continue;
        if (this.#maySpare(victim, trial.books)) trial.add(victim);
        else isKeptByItsOwn = true;
      }
    if (site.bounds.every((bound) => trial.lackingAt(bound) === undefined)) return trial;
    // Where smaller ones are all that a share borrows, a larger one in their stead may do.
    const largestFirst = isKeptByItsOwn ? bySize(candidates) : candidates;
    return largestFirst.every((victim, index) => victim === candidates[index])
      ? undefined
      : this.#roomOn(site, largestFirst);
  }

  /** Another share gives up no more jobs than bring it down to its own. */
  #maySpare({ share, amounts }: Victim, books: QuotaBooks): boolean {
    return share === this.#share || books.isOver(share, amounts);
  }

  /** Of another share only what that holds beyond its own. */
  #givesBack({ share, amounts }: Victim, unit: string, books: QuotaBooks): boolean {
    const held = amounts.filter(([of]) => of === unit);
    return held.length > 0 && (share === this.#share || books.isOver(share, held));
  }

  #take({ site, victims }: Step): void {
    const { needs, amounts } = this.#jobClass;
    this.#environment = site.environment;
    for (const victim of victims) this.#stop(victim, true);
    this.#books.move(this.#share, amounts, 1);
    for (const bound of site.bounds) this.#bounds.set(bound.spot, bound);
    this.#addTo(site.environment.arn, needs);
    const { service } = this.#jobClass.claim;
    if (service) this.#addTo(instancesSpot(site.environment.arn, service.instanceType), needs);
    for (const hostId of site.hostIds) this.#hostIds.add(hostId);
    for (const [hostId, kept] of site.on) {
      this.#addTo(hostId, kept);
      this.#on.set(hostId, addNeeds(this.#on.get(hostId) ?? noNeeds, kept));
    }
  }
}

/** What would be if these were stopped. */
class Trial {
  readonly books: QuotaBooks;
  readonly #needs: Needs;
  readonly #victims = new Set<Victim>();

  constructor(books: QuotaBooks, needs: Needs) {
    this.books = books;
    this.#needs = needs;
  }

  has(victim: Victim): boolean {
    return this.#victims.has(victim);
  }

  victims(): Victim[] {
    return [...this.#victims];
  }

  add(victim: Victim): void {
    this.#victims.add(victim);
    this.books.move(victim.share, victim.amounts, -1);
  }

  remove(victim: Victim): void {
    this.#victims.delete(victim);
    this.books.move(victim.share, victim.amounts, 1);
  }

  /** What is missing there; undefined: there is room. */
  lackingAt({ spot, capacity, used }: Bound): Needs | undefined {
    let left = used;
    for (const victim of this.#victims) left = subtractNeeds(left, heldBy(victim, spot));
    if (hasRoom(capacity, left, this.#needs)) return undefined;
    const lack = (of: keyof Needs): number =>
      Math.max(0, Math.min(left[of], left[of] + this.#needs[of] - capacity[of]));
    return { milliVcpu: lack('milliVcpu'), memoryMib: lack('memoryMib'), gpus: lack('gpus') };
  }
}

const unbounded: Needs = {
  milliVcpu: Number.MAX_SAFE_INTEGER,
  memoryMib: Number.MAX_SAFE_INTEGER,
  gpus: Number.MAX_SAFE_INTEGER,
};

/** The largest first, else in their order. */
const bySize = (victims: readonly Victim[]): Victim[] => {
  const sizeOf = ({ places }: Victim): number =>
    places.reduce((sum, { needs }) => sum + needs.milliVcpu, 0);
  return victims.toSorted((a, b) => sizeOf(b) - sizeOf(a));
};

const holdsAny = (held: Needs, lacks: Needs): boolean =>
  (held.milliVcpu > 0 && lacks.milliVcpu > 0) ||
  (held.memoryMib > 0 && lacks.memoryMib > 0) ||
  (held.gpus > 0 && lacks.gpus > 0);

/** Nobody of its own share, then the lowest priorities, the fewest, and the least that is lost. */
function costsLess(a: Step, b: Step, share: string): boolean {
  const costOf = ({ victims }: Step): readonly number[] => [
    victims.filter((victim) => victim.share === share).length,
    victims.reduce((most, { priority }) => Math.max(most, priority), -1),
    victims.length,
    -victims.reduce((first, { startedAtMs }) => Math.min(first, startedAtMs), Infinity),
  ];
  const [first, second] = [costOf(a), costOf(b)];
  for (const [index, cost] of first.entries())
    if (cost !== second[index]) return cost < (second[index] as number);
  return false;
}
