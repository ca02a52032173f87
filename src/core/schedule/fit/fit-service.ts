// Whether a service job fits, and where: its service environment must be ENABLED and have so many
// instances left, and this machine the room that one of them has (doc/service-jobs.md). Pure
// questions to the world; nothing is taken here.

import { needsText } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import {
  isByType,
  type ServiceEnvironment,
} from '../../service-environment/service-environment.ts';
import { quantityIn, type ServiceTerms } from '../../service-job/service-terms.ts';
import type { World } from '../../world/world.ts';
import { holdOn, type Holds, type Room } from '../order/hold.ts';
import type { Claim } from '../order/job-class.ts';
import type { Words } from '../words.ts';
import type { Blocked, Fit, ServiceBlocked } from './blocked.ts';
import { couldEver, withKept } from './host-room.ts';
import { hasRoom } from './room.ts';

/** The claim of a service job. */
type ServiceClaim = Claim & { readonly service: ServiceTerms };

export const isServiceClaim = (claim: Claim): claim is ServiceClaim => claim.service !== undefined;

export function fitService(world: World, queue: JobQueue, claim: ServiceClaim, holds: Holds): Fit {
  const environment = serviceEnvironmentOf(world, queue);
  if (environment === undefined || environment.state !== 'ENABLED')
    return blocked(resting(environment, queue));
  const short = capacityShort(world, environment, claim.service);
  if (short !== undefined) return blocked(short);
  const on = fitMachine(world, environment, claim, holds);
  const heldBack = on.fits
    ? world.scheduler.lines.of(queue.arn).holdsBack(claim, holds)
    : undefined;
  return heldBack === undefined ? on : blocked(heldBack);
}

const blocked = (because: Blocked): Fit => ({ fits: false, because });

/** A queue of service jobs has exactly one. */
export function serviceEnvironmentOf(
  world: World,
  queue: JobQueue,
): ServiceEnvironment | undefined {
  const [entry] = queue.serviceEnvironmentOrder ?? [];
  return entry && world.serviceEnvironments.get(entry.serviceEnvironment);
}

function fitMachine(
  world: World,
  environment: ServiceEnvironment,
  { needs }: ServiceClaim,
  holds: Holds,
): Fit {
  let because: Blocked | undefined;
  for (const machine of world.hosts.machines()) {
    const used = world.hostUse(machine.id);
    if (!couldEver(machine, needs))
      because ??= service(
        {
          text: `the job's instance has ${needsText(needs)}, and ${machine.title} ${needsText(machine.capacity)}`,
          remedies: ['submit it again with an instance type that this machine can stand for'],
        },
        { isFinal: true, token: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT' },
      );
    else if (!hasRoom(machine.capacity, used, needs))
      because = { type: 'host-full', host: machine, used };
    else {
      const inWay = holdOn(holds, machine.id);
      if (inWay === undefined || hasRoom(machine.capacity, withKept(used, holds, machine), needs))
        return { fits: true, computeEnvironmentArn: environment.arn, hostId: machine.id };
      because = { type: 'kept-for-another', hold: inWay };
    }
  }
  return blocked(because ?? { type: 'no-host' });
}

/** Where one that does not fit will fit first: this machine, as soon as it has room. */
export function serviceRoom(
  world: World,
  queue: JobQueue,
  { needs }: ServiceClaim,
): Room | undefined {
  const environment = serviceEnvironmentOf(world, queue);
  if (environment === undefined) return undefined;
  for (const machine of world.hosts.machines())
    if (couldEver(machine, needs))
      return {
        computeEnvironmentArn: environment.arn,
        hostIds: [machine.id],
        on: new Map([[machine.id, needs]]),
      };
  return undefined;
}

function capacityShort(
  world: World,
  environment: ServiceEnvironment,
  asked: ServiceTerms,
): ServiceBlocked | undefined {
  const { name, arn, capacityLimits } = environment;
  const limits = capacityLimits.filter(({ capacityUnit }) => quantityIn(asked, capacityUnit) > 0);
  if (limits.length === 0)
    return service(
      {
        text: `service environment ${name} has no capacity limit for ${asked.instanceType}`,
        remedies: [
          `add a limit for ${asked.instanceType} to service environment ${name}: ${update(environment, ` --capacity-limits ${[...capacityLimits, { capacityUnit: asked.instanceType, maxCapacity: asked.instances }].map(limitText).join(' ')}`)}`,
        ],
      },
      { isFinal: isByType(environment) },
    );
  for (const { capacityUnit, maxCapacity } of limits) {
    const quantity = quantityIn(asked, capacityUnit);
    const used = world.serviceEnvironments.used(arn, capacityUnit);
    if (used + quantity <= maxCapacity) continue;
    const isFinal = quantity > maxCapacity;
    return service(
      {
        text: isFinal
          ? `the job asks for ${quantity} instances and service environment ${name} may have ${maxCapacity}`
          : `waiting for service environment ${name}: ${used} of ${maxCapacity} instances${capacityUnit === asked.instanceType ? ` ${capacityUnit}` : ''} in use`,
        remedies: [
          `raise the limit of service environment ${name}: ${update(environment, ` --capacity-limits ${capacityLimits.map((each) => limitText(each.capacityUnit === capacityUnit ? { ...each, maxCapacity: used + quantity } : each)).join(' ')}`)}`,
          ...(isFinal ? [] : ['or wait until jobs that run have ended']),
        ],
      },
      { isFinal, environment: isFinal ? undefined : environment },
    );
  }
  return undefined;
}

const limitText = ({ capacityUnit, maxCapacity }: ServiceEnvironment['capacityLimits'][number]) =>
  `capacityUnit=${capacityUnit},maxCapacity=${maxCapacity}`;

const update = ({ name }: ServiceEnvironment, change: string): string =>
  `aws batch update-service-environment --service-environment ${name}${change}`;

function resting(environment: ServiceEnvironment | undefined, queue: JobQueue): ServiceBlocked {
  return environment === undefined
    ? service(
        {
          text: `waiting for a service environment: queue ${queue.name} has none`,
          remedies: [
            `give queue ${queue.name} one: aws batch update-job-queue --job-queue ${queue.name} --service-environment-order order=1,serviceEnvironment=NAME`,
          ],
        },
        { isFinal: true },
      )
    : service(
        {
          text: `waiting for service environment ${environment.name}: it is DISABLED`,
          remedies: [
            `enable service environment ${environment.name}: ${update(environment, ' --state ENABLED')}`,
          ],
        },
        { isFinal: true },
      );
}

const service = (
  words: Words,
  facts: Pick<ServiceBlocked, 'isFinal' | 'environment' | 'token'>,
): ServiceBlocked => ({ type: 'service-blocked', ...words, ...facts });
