// How the Kubernetes engine starts an attempt: what its containers are to be is collected until all
// are known, and made into one pod. What becomes of that is reported by PodSightings.

import { must } from '../../base/assert.ts';
import { splitContainerId, type AttemptId } from '../../base/ids.ts';
import { EngineUnavailable, type ContainerSpec, type NodeNetwork } from '../../port/engine.ts';
import { discretion } from '../discretion.ts';
import type { AccountRoles } from './account-roles.ts';
import type { ClusterRefusal } from './cluster-answer.ts';
import { isTold, runOf, type KnownAttempt } from './known-attempt.ts';
import type { OwnPods } from './own-pods.ts';
import { awaitsMain, isMainNode } from './pod-gang.ts';
import type { PodGangs } from './pod-gangs.ts';
import { withAccountRole } from './pod-identity.ts';
import { onlyContainerName } from './pod-names.ts';
import type { PodSightings } from './pod-sightings.ts';
import { podBodies, type PodBodies } from './pod-spec.ts';
import { notWanted } from './pod-state.ts';

interface PodStartsParts {
  readonly pods: OwnPods;
  readonly sightings: PodSightings;
  readonly roles: Pick<AccountRoles, 'of'>;
  readonly gangs: PodGangs;
  readonly mark: string;
  /** Of attempts that do not say in which they are to be. */
  readonly namespace: string;
}

/** An attempt whose pod is not known to be there. */
interface Pending {
  readonly specs: Map<number, ContainerSpec>;
  /** While the cluster is asked for its pod. */
  making?: Promise<void> | undefined;
  /** What was asked for, and nobody knows whether it was heard. */
  unsure?: PodBodies | undefined;
}

/** Pods of a job's other nodes that are asked for side by side. */
const heldAtOnce = 8;

/** Keeps the scheduler from it. */
const stoppedGate = 'longshore.dev/stopped';

export class PodStarts {
  readonly #parts: PodStartsParts;
  readonly #pending = new Map<AttemptId, Pending>();

  constructor(parts: PodStartsParts) {
    this.#parts = parts;
  }

  /** As {@link Engine.start}. */
  async start(spec: ContainerSpec): Promise<void> {
    const { sightings } = this.#parts;
    const { attemptId, index } = splitContainerId(spec.containerId);
    const known = sightings.know(attemptId);
    const run = runOf(known, index);
    if (isTold(run) || run.done) return;
    if (spec.network !== undefined && !(await this.#join(known, index, spec.network))) return;
    if (known.pod === undefined || known.pod.awaitsSecrets) await this.#collect(known, index, spec);
    else if (known.held) {
      known.held = false;
      sightings.look(known);
    }
    await sightings.told(known);
  }

  /** What it has in common with the other nodes of its job is there; false: it never will be. */
  async #join(known: KnownAttempt, index: number, network: NodeNetwork): Promise<boolean> {
    const { sightings, gangs } = this.#parts;
    const refused =
      network.placedWith === undefined
        ? undefined
        : await this.#hold(byAttempt(network.placedWith));
    if (refused !== undefined) {
      sightings.never(known, index, { as: refused[0], reason: refused[1] });
      return false;
    }
    const main = sightings.find(network.id);
    if (main === undefined) return true;
    await gangs.name(main);
    if (known.pod === undefined || !awaitsMain(known.pod)) return true;
    const unsaid = await gangs.announce(main);
    if (unsaid === undefined) return true;
    const [as, reason] = refusal(unsaid);
    sightings.never(known, index, { as, reason });
    return false;
  }

  /** The pods of the others, where they are not there: they begin to run when they are told. */
  async #hold(
    attempts: readonly (readonly ContainerSpec[])[],
  ): Promise<ReturnType<typeof refusal> | undefined> {
    const left = attempts.values();
    let refused: ReturnType<typeof refusal> | undefined;
    const some = async (): Promise<void> => {
      for (const specs of left) {
        if (refused !== undefined) return;
        const amiss = await this.#holdOne(specs);
        refused ??= amiss;
      }
    };
    await Promise.all(Array.from({ length: heldAtOnce }, some));
    return refused;
  }

  async #holdOne(specs: readonly ContainerSpec[]): Promise<ReturnType<typeof refusal> | undefined> {
    const { pods, sightings, mark, namespace } = this.#parts;
    const { attemptId } = splitContainerId(must(specs[0], 'a node has a container').containerId);
    if (sightings.find(attemptId)?.pod !== undefined) return undefined;
    const bodies = podBodies(specs, { mark, namespace, awaitsMain: true });
    if ('cannotStart' in bodies) return ['start-failed', bodies.cannotStart];
    const made = await pods.make(await this.#withRole(bodies, specs));
    if ('refused' in made) return refusal(made.refused);
    const known = sightings.know(attemptId);
    known.held = true;
    sightings.seeMade(known, made.pod);
    return undefined;
  }

  /** Whether its pod may still be made. */
  isPending({ attemptId }: KnownAttempt): boolean {
    return this.#pending.has(attemptId);
  }

  /**
   * Sees to it that a container whose pod is not there is never started, and reports that; where
   * its pod may be there after all, it is then known.
   */
  async withdraw(known: KnownAttempt, index: number): Promise<void> {
    const pending = this.#pending.get(known.attemptId);
    if (pending === undefined) return;
    await pending.making?.catch(() => undefined);
    if (known.pod !== undefined) return;
    if (pending.unsure !== undefined) return this.#takeName(known, pending, pending.unsure);
    pending.specs.delete(index);
    if (pending.specs.size === 0) this.#pending.delete(known.attemptId);
    this.#parts.sightings.never(known, index, { as: 'start-failed', reason: notWanted });
  }

  async #collect(known: KnownAttempt, index: number, spec: ContainerSpec): Promise<void> {
    const { attemptId } = known;
    const pending: Pending = this.#pending.get(attemptId) ?? { specs: new Map() };
    this.#pending.set(attemptId, pending);
    pending.specs.set(index, spec);
    if (pending.making === undefined && pending.specs.size < (spec.task?.containers ?? 1)) return;
    pending.making ??= this.#make(known, pending).finally(() => {
      pending.making = undefined;
    });
    await pending.making;
  }

  async #make(known: KnownAttempt, pending: Pending): Promise<void> {
    const { mark, namespace } = this.#parts;
    const specs = [...pending.specs].toSorted(([a], [b]) => a - b).map(([, spec]) => spec);
    const hiding = specs.flatMap((spec) => discretion(spec) ?? []);
    known.discreet = (message) => hiding.reduce((shown, hide) => hide(shown), message);
    const bodies = podBodies(specs, { mark, namespace });
    try {
      if ('cannotStart' in bodies) this.#failed(known, pending, 'start-failed', bodies.cannotStart);
      else await this.#ask(known, pending, await this.#withRole(bodies, specs));
    } finally {
      known.discreet = undefined;
    }
  }

  /** With what leads to the role that the pod's service account stands for, if it does. */
  async #withRole(bodies: PodBodies, specs: readonly ContainerSpec[]): Promise<PodBodies> {
    const { namespace, pod } = bodies;
    const account = pod.spec?.serviceAccountName;
    // Where nobody is led anywhere the cluster is asked nothing.
    if (account === undefined || !specs.some((spec) => spec.pod?.variablesOfRole)) return bodies;
    const role = await this.#parts.roles.of(namespace, account);
    if (role === undefined) return bodies;
    const variables = new Map(
      specs.map(({ pod: place }) => [
        place?.container.name || onlyContainerName,
        place?.variablesOfRole?.(role.roleArn),
      ]),
    );
    return { ...bodies, pod: withAccountRole(pod, role, (name) => variables.get(name)) };
  }

  async #ask(known: KnownAttempt, pending: Pending, bodies: PodBodies): Promise<void> {
    const { pods, sightings } = this.#parts;
    try {
      const made = await pods.make(bodies);
      if (made.pod !== undefined) sightings.seeMade(known, made.pod);
      if ('refused' in made) {
        this.#failed(known, pending, ...refusal(made.refused));
        sightings.look(known);
        return;
      }
      this.#pending.delete(known.attemptId);
      if (isMainNode(made.pod)) await this.#parts.gangs.name(known);
    } catch (error) {
      if (error instanceof EngineUnavailable) pending.unsure = bodies;
      throw error;
    }
  }

  /** Whoever has the name keeps what is still under way from having it. */
  async #takeName(known: KnownAttempt, pending: Pending, bodies: PodBodies): Promise<void> {
    const spec = { ...bodies.pod.spec, schedulingGates: [{ name: stoppedGate }] };
    const pod = { ...bodies.pod, spec } as PodBodies['pod'];
    await this.#ask(known, pending, { ...bodies, pod, secrets: [] });
  }

  #failed(
    known: KnownAttempt,
    { specs }: Pending,
    as: 'start-failed' | 'not-placed',
    reason: string,
  ): void {
    this.#pending.delete(known.attemptId);
    for (const index of specs.keys()) this.#parts.sightings.never(known, index, { as, reason });
  }
}

/** Containers of one attempt are one pod's. */
function byAttempt(specs: readonly ContainerSpec[]): readonly (readonly ContainerSpec[])[] {
  const found = new Map<AttemptId, ContainerSpec[]>();
  for (const spec of specs) {
    const { attemptId } = splitContainerId(spec.containerId);
    const known = found.get(attemptId);
    if (known === undefined) found.set(attemptId, [spec]);
    else known.push(spec);
  }
  return [...found.values()];
}

/** A quota that is used up is no fault of the job's. */
function refusal({ reason, message }: ClusterRefusal): ['start-failed' | 'not-placed', string] {
  if (reason === 'Forbidden' && message.includes('exceeded quota')) return ['not-placed', message];
  return ['start-failed', `CannotCreateContainerError: ${reason}: ${message}`];
}
