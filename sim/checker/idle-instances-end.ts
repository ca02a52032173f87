// Law: no idle instance is kept past its delay, unless minvCpus, what somebody desired, or a
// waiting job that could use it holds it; and none is ended before its delay, or while a job runs
// there, but by who takes it back, by a user, or to make way.

import type { ComputeResource } from '@aws-sdk/client-batch';
import type { HostId } from '../../src/base/ids.ts';
import type { ComputeEnvironment } from '../../src/core/compute-environment/compute-environment.ts';
import type { Host, Instance } from '../../src/core/host/host.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import { endedIn, partsOf, type Committed, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { removed, written } from '../rows.ts';

/**
 * Between two looks at an idle instance; it is kept too long when so many in a row find nothing
 * that holds it.
 */
const lookMs = 5_000;
const looks = 6;

interface Idle {
  /** By elapsed time. */
  readonly sinceMs: number;
  lookedMs: number;
  unheld: number;
}

export function delayMs(environment: ComputeEnvironment | undefined): number {
  const { type, scalingPolicy, managedInstancesProvider } =
    environment?.computeResources ?? ({} as Partial<ComputeResource>);
  return type === 'ECS_MANAGED_INSTANCES'
    ? (managedInstancesProvider?.infrastructureOptimization?.scaleInAfter ?? 300) * 1000
    : (scalingPolicy?.minScaleDownDelayMinutes ?? 0) * 60_000;
}
const fits = (needs: Needs, { capacity }: Instance): boolean =>
  needs.milliVcpu <= capacity.milliVcpu &&
  needs.memoryMib <= capacity.memoryMib &&
  needs.gpus <= capacity.gpus;

/** Nodes of a cluster are not ours to end. */
const isOurs = (host: Host): host is Instance =>
  host.kind === 'instance' && host.connection === undefined;

/** Jobs that wait and may be placed in the environment of the instance. */
function* waitingFor(
  { computeEnvironmentArn: arn }: Instance,
  ledger: Ledger,
): Generator<JobTerms> {
  for (const {
    queueArn,
    job: { terms },
  } of ledger.runnable())
    if (
      ledger.queues
        .get(queueArn)
        ?.computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === arn)
    )
      yield terms;
}

/** Nodes want instances of one type: one that would hold them may be of another. */
const isOfNoUse = (terms: JobTerms, instance: Instance): boolean =>
  terms.nodes !== undefined || !fits(terms.needs, instance);
const isOfUse = (terms: JobTerms, instance: Instance): boolean =>
  partsOf(terms).some(({ needs }) => fits(needs, instance));

export function idleInstancesEnd(): Checker {
  const known = new Map<HostId, Instance>();
  const idle = new Map<HostId, Idle>();
  /**
   * When the last job of each instance ended, by the clock on the wall, and when that was heard, by
   * elapsed time.
   */
  const lastEnd = new Map<HostId, { readonly atMs: number; readonly elapsedMs: number }>();
  /** Instances on which jobs ran, or had places, before the transactions in hand. */
  let busy = new Set<HostId>();

  function noteEnds({ changes }: Committed, elapsedMs: number): void {
    for (const change of changes)
      for (const { hostId, stoppedAtMs } of endedIn(change))
        lastEnd.set(hostId, { atMs: stoppedAtMs, elapsedMs });
  }

  function checkEnd(
    instance: Instance,
    atMs: number,
    { ledger, clockSetMs, instancesEnded }: Observed,
    stillBusy: ReadonlySet<HostId>,
  ): void {
    if (
      instance.state === 'DRAINING' ||
      instance.state === 'SHUTTING_DOWN' ||
      instancesEnded.has(instance.id)
    )
      return;
    if (
      instance.revision <
      (ledger.environments.get(instance.computeEnvironmentArn)?.revision ?? Number.MAX_SAFE_INTEGER)
    )
      return;
    if (stillBusy.has(instance.id))
      throw new BrokenLaw(`${instance.title} was ended while a job ran there`);
    const last = lastEnd.get(instance.id);
    if (
      last === undefined ||
      (clockSetMs > 0 && clockSetMs >= last.elapsedMs) ||
      makesWay(instance, ledger)
    )
      return;
    const idleMs = atMs - last.atMs;
    // Where a clock that was set back says so, nobody knows how long.
    if (idleMs >= 0 && idleMs < delayMs(ledger.environments.get(instance.computeEnvironmentArn)))
      throw new BrokenLaw(
        `${instance.title} was ended ${idleMs} ms after its last job, before its delay`,
      );
  }

  /**
   * For a job that it could never hold, or because it lies beyond maxvCpus, is of an older
   * revision, or goes with its environment.
   */
  function makesWay(instance: Instance, ledger: Ledger): boolean {
    const environment = ledger.environments.get(instance.computeEnvironmentArn);
    if (
      environment === undefined ||
      environment.status === 'DELETING' ||
      instance.revision < environment.revision
    )
      return true;
    const vcpus = [...new Map([...known, ...ledger.instances]).values()].reduce(
      (sum, one) =>
        sum + (one.computeEnvironmentArn === environment.arn ? one.capacity.milliVcpu : 0),
      0,
    );
    if (vcpus > 1000 * (environment.computeResources?.maxvCpus ?? 0)) return true;
    for (const terms of waitingFor(instance, ledger)) if (isOfNoUse(terms, instance)) return true;
    return false;
  }

  function isHeld(instance: Instance, ledger: Ledger): boolean {
    const environment = ledger.environments.get(instance.computeEnvironmentArn);
    if (environment?.status !== 'VALID') return true;
    const { minvCpus = 0, desiredvCpus = 0 } = environment.computeResources ?? {};
    let staying = -instance.capacity.milliVcpu;
    for (const one of ledger.instances.values())
      if (
        one.computeEnvironmentArn === environment.arn &&
        (one.state === 'RUNNING' || one.state === 'PENDING')
      )
        staying += one.capacity.milliVcpu;
    if (
      staying <
      1000 * (environment.state === 'ENABLED' ? Math.max(minvCpus, desiredvCpus) : minvCpus)
    )
      return true;
    for (const terms of environment.state === 'ENABLED' ? waitingFor(instance, ledger) : [])
      if (isOfUse(terms, instance)) return true;
    return false;
  }

  function checkKept(
    instance: Instance,
    { ledger, elapsedMs, upSinceMs, clockSetMs }: Observed,
  ): void {
    const since = idle.get(instance.id) as Idle;
    if (clockSetMs > 0 && clockSetMs >= since.sinceMs) return;
    const overMs =
      elapsedMs -
      Math.max(since.sinceMs, upSinceMs) -
      delayMs(ledger.environments.get(instance.computeEnvironmentArn));
    if (overMs <= 0 || elapsedMs - since.lookedMs < lookMs) return;
    since.lookedMs = elapsedMs;
    since.unheld = isHeld(instance, ledger) ? 0 : since.unheld + 1;
    if (since.unheld >= looks)
      throw new BrokenLaw(
        `${instance.title} has been idle for ${elapsedMs - since.sinceMs} ms, and nothing holds it`,
      );
  }

  return {
    law: 'idle instances end after their delay, and none before',
    check(observed) {
      const { commits, ledger, elapsedMs } = observed;
      const areNone = known.size === 0 && ledger.instances.size === 0;
      if (commits.length === 0 || areNone) return;
      for (const committed of commits) noteEnds(committed, elapsedMs);
      const nowBusy = ledger.hostsInUse();
      const stillBusy = new Set([...busy].filter((id) => nowBusy.has(id)));
      for (const { commit } of commits) {
        const ends = [
          ...removed(commit.rows.hosts),
          ...written(commit.rows.hosts).flatMap((host) =>
            isOurs(host) && host.state === 'SHUTTING_DOWN' ? [host.id] : [],
          ),
        ];
        for (const id of ends)
          if (known.has(id)) checkEnd(known.get(id) as Instance, commit.atMs, observed, stillBusy);
        for (const host of written(commit.rows.hosts))
          if (isOurs(host)) checkDrain(known.get(host.id), host, observed);
        for (const host of written(commit.rows.hosts)) if (isOurs(host)) known.set(host.id, host);
        for (const id of removed(commit.rows.hosts)) known.delete(id);
      }
      busy = nowBusy;
      noteIdle(observed);
    },
    checkTime(observed) {
      if (observed.server !== undefined)
        for (const id of idle.keys())
          checkKept(observed.ledger.instances.get(id) as Instance, observed);
    },
  };

  function checkDrain(was: Instance | undefined, is: Instance, { ledger }: Observed): void {
    if (is.state !== 'DRAINING' || was === undefined || was.state === 'DRAINING') return;
    if (!makesWay(is, ledger))
      throw new BrokenLaw(`${is.title} is being drained, and nothing needs its place`);
  }

  function noteIdle({ ledger, elapsedMs }: Observed): void {
    for (const instance of ledger.instances.values()) {
      const { id, state, title } = instance;
      if (!isOurs(instance)) continue;
      if (busy.has(id) || state === 'PENDING') idle.delete(id);
      else if (state !== 'RUNNING')
        throw new BrokenLaw(`${title} is ${state} and nothing runs there, and it is kept`);
      else if (!idle.has(id)) idle.set(id, { sinceMs: elapsedMs, lookedMs: elapsedMs, unheld: 0 });
    }
    for (const id of idle.keys()) if (!ledger.instances.has(id)) idle.delete(id);
  }
}
