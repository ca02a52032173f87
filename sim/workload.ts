// What clients ask of the server: every operation that changes something, drawn from the seed.
// Keeps what they were promised; whether it was kept is the checkers' affair.

import type { JobId } from '../src/base/ids.ts';
import type { Command } from '../src/core/command/command.ts';
import { ClusterWorkload } from './cluster-workload.ts';
import { consumables, lastingEnvironments, scope, type Client, type Door } from './client.ts';
import { JobWorkload } from './job-workload.ts';
import { LendersWorkload } from './lenders-workload.ts';
import { NodesWorkload } from './nodes-workload.ts';
import type { Expectation } from './oracle.ts';
import { QuotaWorkload } from './quota-workload.ts';
import type { Random } from './random.ts';
import { ResourceWorkload } from './resource-workload.ts';
import { ServicesWorkload } from './services-workload.ts';
import { TasksWorkload } from './tasks-workload.ts';

export class Workload {
  readonly #random: Random;
  readonly #jobs: JobWorkload;
  readonly #resources: ResourceWorkload;
  readonly #tasks: TasksWorkload | undefined;
  readonly #tags: Random;
  readonly #client: Client;
  /** Absent in seeds without quota shares. */
  readonly #quotas: QuotaWorkload | undefined;
  /** Absent in seeds without service jobs. */
  readonly #services: ServicesWorkload | undefined;
  /** Absent in seeds where nobody lends on hosts of its own. */
  readonly #lenders: LendersWorkload | undefined;
  /** Absent in seeds without a cluster. */
  readonly cluster: ClusterWorkload | undefined;
  /** The environments launch instances; else they are Fargate's. */
  readonly launches: boolean;
  /** This machine is a host of the UNMANAGED environment, too: there nodes lie side by side. */
  readonly machineServesUnmanaged: boolean;

  constructor(random: Random, door: Door, newId: () => string, lossIsFree: boolean) {
    this.#random = random;
    const client: Client = { random, door, newId, made: 0 };
    const launches = random.chance(60);
    const fleets = random.fork('fleets');
    const longestMs = random.pick([200, 3_000, 20_000]);
    const drawnCluster = random.fork('cluster');
    this.cluster = drawnCluster.chance(25)
      ? new ClusterWorkload(drawnCluster, drawnCluster.chance(40), longestMs)
      : undefined;
    const isAlone = this.cluster?.isAlone === true;
    const drawn = random.fork('nodes');
    const nodes =
      drawn.chance(50) && !isAlone ? new NodesWorkload(drawn, longestMs, consumables) : undefined;
    const drawnTasks = random.fork('tasks');
    this.#tasks =
      drawnTasks.chance(35) && !isAlone ? new TasksWorkload(drawnTasks, longestMs) : undefined;
    const drawnQuotas = random.fork('quotas');
    this.#quotas = drawnQuotas.chance(40)
      ? new QuotaWorkload(drawnQuotas, (share) => this.#jobs.noteDeletionOfShare(share))
      : undefined;
    this.#jobs = new JobWorkload(client, {
      lossIsFree,
      longestMs,
      nodes,
      tasks: this.#tasks,
      quotas: this.#quotas,
      cluster: this.cluster,
    });
    this.#client = client;
    const drawnServices = random.fork('services');
    this.#services =
      drawnServices.chance(35) && !isAlone
        ? new ServicesWorkload(client, {
            random: drawnServices,
            longestMs,
            lossIsFree,
            expectations: this.#jobs.expectations,
          })
        : undefined;
    this.launches = launches || (nodes !== undefined && drawn.chance(60));
    // Managed instances run no nodes, and tasks have definitions of their own.
    const managed = random.fork('managed instances');
    const isManaged =
      launches &&
      nodes === undefined &&
      this.#tasks === undefined &&
      !isAlone &&
      managed.chance(30);
    this.#resources = new ResourceWorkload(client, {
      launches: this.launches,
      managed: isManaged ? managed : undefined,
      fleets,
      nodes,
      onDeletion: (queue) => this.#jobs.noteDeletionOf(queue),
    });
    this.#tags = random.fork('queue tags');
    this.machineServesUnmanaged = nodes !== undefined && drawn.chance(25);
    const drawnLenders = random.fork('lenders');
    this.#lenders =
      drawnLenders.chance(12) && !this.machineServesUnmanaged
        ? new LendersWorkload(client, {
            random: drawnLenders,
            lossIsFree,
            expectations: this.#jobs.expectations,
          })
        : undefined;
  }

  get expectations(): ReadonlyMap<JobId, Expectation> {
    return this.#jobs.expectations;
  }

  /** Addresses of hosts that only some runs have. */
  get moreHosts(): readonly string[] {
    return this.#lenders?.addresses ?? [];
  }

  /** How long nobody does anything now. */
  takePauseMs(): number {
    return this.#lenders?.takePauseMs() ?? 0;
  }

  /** The commands that make the world in which everything takes place. */
  prepare(): Command[] {
    return [
      ...this.#resources.prepare(),
      ...(this.#tasks?.definitions(scope) ?? []),
      ...(this.#quotas?.prepare(lastingEnvironments) ?? []),
      ...(this.#services?.prepare() ?? []),
      ...(this.#lenders?.prepare() ?? []),
      ...(this.cluster?.prepare(scope, this.launches) ?? []),
    ];
  }

  /** After the faults: everything is set so that what can run will run. */
  restore(): Command[] {
    return [
      ...this.#resources.restore(),
      ...(this.#quotas?.restore() ?? []),
      ...(this.#services?.restore() ?? []),
      ...(this.#lenders?.restore() ?? []),
      ...(this.cluster?.restore(scope) ?? []),
    ];
  }

  /** One thing that a client or an operator does. */
  act(): void {
    if (this.#lenders?.isNext() === true) return this.#lenders.act();
    if (this.#services?.isNext() === true) return this.#services.act();
    const change = this.cluster?.change(scope);
    if (change !== undefined) return void this.#client.door.submit(change);
    if (this.#tags.chance(3)) return this.#jobs.update(this.#tags);
    if (this.#tags.chance(2)) return this.#resources.tagQueue(this.#tags);
    if (this.#quotas?.isChange() === true) return this.#changeQuotas(this.#quotas);
    const draw = this.#random.below(100);
    if (draw < 62) this.#jobs.submit();
    else if (draw < 78) this.#jobs.stop();
    else if (draw < 84) this.#resources.changeQueue();
    else if (draw < 88) this.#resources.changeEnvironment();
    else if (draw < 90) this.#resources.changeHost();
    else if (draw < 92) this.#resources.changeDefinition();
    else if (draw < 94) this.#resources.changePolicy();
    else if (draw < 96) this.#resources.changeConsumable();
    else this.#resources.writeTable();
  }

  #changeQuotas(quotas: QuotaWorkload): void {
    for (const command of quotas.change()) void this.#client.door.submit(command);
  }

  /** Stops a job, as an operator does who sees that it can never run. */
  cancel(id: JobId): void {
    const isService = this.expectations.get(id)?.plan.service !== undefined;
    if (isService) this.#services?.cancel(id);
    else this.#jobs.cancel(id);
  }
}
