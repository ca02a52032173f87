// The jobs of a run: what clients submit, when they stop it, and what they were promised of it.
// Whether that was kept is the checkers' affair.

import type {
  EvaluateOnExit,
  JobDependency,
  KeyValuePair,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { jobId, nodeId, type JobId } from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import type { ClusterWorkload } from './cluster-workload.ts';
import type { NodesWorkload } from './nodes-workload.ts';
import type { TasksWorkload } from './tasks-workload.ts';
import {
  Expectation,
  startFailure,
  type ExitRule,
  type OwnWishes,
  type Plan,
  type RunPlan,
} from './oracle.ts';
import { placeOfShare, quotaQueue, type QuotaWorkload } from './quota-workload.ts';
import {
  consumables,
  lastingQueues,
  passingQueues,
  scope,
  unmanagedName,
  type Client,
} from './client.ts';
import type { Random } from './random.ts';
import type { Command } from '../src/core/command/command.ts';

interface JobsOfRun {
  readonly lossIsFree: boolean;
  /** Milliseconds that most jobs take at most. */
  readonly longestMs: number;
  /** Absent in seeds without multi-node jobs. */
  readonly nodes: NodesWorkload | undefined;
  /** Absent in seeds without jobs of several containers. */
  readonly tasks: TasksWorkload | undefined;
  /** Absent in seeds without quota shares. */
  readonly quotas: QuotaWorkload | undefined;
  /** Absent in seeds without a cluster. */
  readonly cluster: ClusterWorkload | undefined;
}

export class JobWorkload {
  /** Also of service jobs, which have operations of their own. */
  readonly expectations = new Map<JobId, Expectation>();
  /** The jobs of passing queues, by queue: whoever deletes the queue stops them. */
  readonly #jobsOfQueue = new Map<string, JobId[]>();
  readonly #client: Client;
  readonly #random: Random;
  readonly #lossIsFree: boolean;
  readonly #longestMs: number;
  readonly #nodes: NodesWorkload | undefined;
  readonly #tasks: TasksWorkload | undefined;
  /** For tags of ours. */
  readonly #tags: Random;
  readonly #quotas: QuotaWorkload | undefined;
  readonly #cluster: ClusterWorkload | undefined;

  constructor(client: Client, { lossIsFree, longestMs, nodes, tasks, quotas, cluster }: JobsOfRun) {
    this.#client = client;
    this.#random = client.random;
    this.#lossIsFree = lossIsFree;
    this.#longestMs = longestMs;
    this.#nodes = nodes;
    this.#tasks = tasks;
    this.#tags = client.random.fork('own tags');
    this.#quotas = quotas;
    this.#cluster = cluster;
  }

  get #ownJobs(): (readonly [JobId, Expectation])[] {
    return [...this.expectations].filter(([, { plan }]) => plan.service === undefined);
  }

  /** Somebody deletes the queue: that may be why its jobs end. */
  noteDeletionOf(queue: string): void {
    for (const id of this.#jobsOfQueue.get(queue) ?? [])
      this.expectations.get(id)?.stops.add('Terminated: the job queue is being deleted');
  }

  /** Likewise a quota share. */
  noteDeletionOfShare(share: string): void {
    for (const id of this.#jobsOfQueue.get(share) ?? [])
      this.expectations.get(id)?.stops.add('Terminated: the quota share is being deleted');
  }

  submit(): void {
    if (this.#quotas?.isNext() === true) return this.#submitToShare(this.#quotas);
    if (this.#nodes?.isNext() === true) return this.#submitNodes(this.#nodes);
    if (this.#cluster?.isNext() === true) return this.#submitToCluster(this.#cluster);
    const task = this.#tasks?.isNext() === true ? this.#tasks.submission() : undefined;
    const random = this.#random;
    const size = random.chance(20) ? random.between(2, 6) : undefined;
    const id = jobId(this.#client.newId());
    const plan = { ...this.#plan(size), ...(task && { task: task.task }) };
    const queue = random.chance(75)
      ? random.pick(lastingQueues)
      : random.pick([...passingQueues, unmanagedName, unmanagedName]);
    const { containerOverrides, ...request } = this.#request(plan, queue);
    const { jobDefinition } = task ?? request;
    this.#send(
      id,
      plan,
      queue,
      task ? { ...request, jobDefinition } : { ...request, containerOverrides },
    );
  }

  #submitToShare(workload: QuotaWorkload): void {
    const given = workload.submission();
    const size = this.#random.chance(20) ? this.#random.between(2, 6) : undefined;
    const retries = given.tags?.['longshore:preemption-retries'];
    const plan = {
      ...this.#plan(size),
      preemptionRetries: retries === undefined ? undefined : Number(retries),
    };
    const request = this.#request(plan, quotaQueue);
    this.#send(
      jobId(this.#client.newId()),
      plan,
      quotaQueue,
      { ...request, ...given, tags: { ...request.tags, ...given.tags } },
      placeOfShare(given.shareIdentifier ?? ''),
    );
  }

  #submitToCluster(workload: ClusterWorkload): void {
    const random = this.#random;
    const { queue, jobDefinition, task, isPod } = workload.submission();
    const size = random.chance(20) ? random.between(2, 6) : undefined;
    const plan: Plan = { ...this.#plan(size), task, isPod };
    const {
      containerOverrides,
      consumableResourcePropertiesOverride: _consumables,
      schedulingPriorityOverride: _priority,
      ...request
    } = this.#request(plan, queue);
    this.#send(
      jobId(this.#client.newId()),
      plan,
      queue,
      jobDefinition === undefined
        ? { ...request, containerOverrides }
        : { ...request, jobDefinition },
    );
  }

  #submitNodes(workload: NodesWorkload): void {
    const { random } = workload;
    const { nodes, ...given } = workload.submission();
    const plan: Plan = { ...this.#plan(undefined), nodes };
    const queue = random.chance(40)
      ? unmanagedName
      : random.chance(85)
        ? random.pick(lastingQueues)
        : random.pick(passingQueues);
    const {
      containerOverrides: _container,
      consumableResourcePropertiesOverride: _consumables,
      ...request
    } = this.#request(plan, queue);
    this.#send(jobId(this.#client.newId()), plan, queue, { ...request, ...given });
  }

  #plan(size: number | undefined): Plan {
    const random = this.#random;
    const attempts = random.chance(45) ? random.between(2, 4) : 1;
    return {
      arraySize: size,
      dependsOn: this.#dependsOn(size),
      attempts,
      rules: attempts > 1 && random.chance(50) ? this.#rules() : [],
      timeoutSeconds: random.chance(20) ? random.between(1, 20) : undefined,
      own: this.#own(size, attempts),
      runs: Array.from({ length: random.between(1, 3) }, () => this.#runPlan()),
    };
  }

  #own(size: number | undefined, attempts: number): OwnWishes {
    const random = this.#tags;
    const [least, most] = random.pick([
      [1, 1],
      [5, 5],
      [2, 30],
      [10, 20],
    ] as const);
    const atOnce = random.between(1, 4);
    const group = random.chance(12) ? random.pick(['g1', 'g2']) : undefined;
    return {
      afterAny: random.chance(20),
      delay: attempts > 1 && random.chance(35) ? { least, most } : undefined,
      atMost:
        group !== undefined || (size !== undefined && random.chance(30))
          ? { atOnce, group }
          : undefined,
    };
  }

  /** `place` is what somebody may delete, and the job with it. */
  #send(id: JobId, plan: Plan, queue: string, request: SubmitJobCommandInput, place = queue): void {
    const expectation = new Expectation(plan, this.#lossIsFree);
    expectation.mayBePreempted = queue === quotaQueue;
    this.expectations.set(id, expectation);
    const jobs = this.#jobsOfQueue.get(place) ?? [];
    this.#jobsOfQueue.set(place, jobs);
    jobs.push(id);
    void this.#client.door
      .submit({ type: 'submit-job', scope, jobId: id, request })
      .then((reply) => {
        if (reply === undefined) return;
        if (isRefusal(reply)) this.expectations.delete(id);
        else expectation.accepted = true;
      });
  }

  #request(plan: Plan, jobQueue: string): SubmitJobCommandInput {
    const random = this.#random;
    const environment: KeyValuePair[] = [{ name: 'SEED', value: 'sown' }];
    const resourceRequirements = random.chance(4)
      ? [{ type: 'GPU' as const, value: String(random.between(1, 2)) }]
      : undefined;
    return {
      jobName: `job-${this.#client.made++}`,
      jobQueue,
      jobDefinition: random.chance(95) ? 'job' : 'job:1',
      containerOverrides: {
        environment,
        vcpus: random.pick([1, 1, 1, 2, 3, 4, this.#nodes === undefined ? 9 : 99]),
        memory: random.pick([64, 64, 64, 2048]),
        resourceRequirements,
      },
      arrayProperties: plan.arraySize === undefined ? undefined : { size: plan.arraySize },
      shareIdentifier:
        (jobQueue === 'shared') !== random.chance(2)
          ? random.pick(['a', 'a', 'b1', 'b2', 'c'])
          : undefined,
      schedulingPriorityOverride: random.chance(20) ? random.below(3) : undefined,
      consumableResourcePropertiesOverride: random.chance(12)
        ? {
            consumableResourceList: [
              { consumableResource: random.pick(consumables), quantity: random.between(1, 3) },
            ],
          }
        : undefined,
      dependsOn: plan.dependsOn as JobDependency[],
      retryStrategy:
        plan.attempts === 1
          ? undefined
          : { attempts: plan.attempts, evaluateOnExit: plan.rules as EvaluateOnExit[] },
      timeout:
        plan.timeoutSeconds === undefined
          ? undefined
          : { attemptDurationSeconds: plan.timeoutSeconds },
      tags: {
        ...(random.chance(5) && { made: String(this.#client.made) }),
        ...tagsOf(plan.own),
      },
    };
  }

  #runPlan(): RunPlan {
    const random = this.#random;
    return {
      durationMs: random.chance(8)
        ? random.between(10_000, 60_000)
        : random.chance(30)
          ? 0
          : random.below(this.#longestMs),
      exitCode: random.chance(65) ? 0 : random.between(1, 3),
      outOfMemory: random.chance(5),
      startFails: random.chance(4),
      ignoresStop: random.chance(10),
      lines: random.chance(30)
        ? Array.from(
            { length: random.between(1, 3) },
            (_, line) => `line ${line} of ${this.#client.made}`,
          )
        : [],
    };
  }

  #rules(): ExitRule[] {
    const random = this.#random;
    return Array.from({ length: random.between(1, 3) }, () => ({
      ...random.pick([
        { onExitCode: String(random.between(1, 3)) },
        { onExitCode: '*' },
        { onReason: `${startFailure.slice(0, 12)}*` },
        { onReason: 'OutOfMemoryError*' },
        { onStatusReason: 'Host EC2*' },
        { onStatusReason: 'Task failed to start', onReason: '*' },
      ]),
      action: random.pick(['RETRY', 'EXIT', 'retry', 'exit'] as const),
    }));
  }

  /** Now and then, on jobs that were submitted lately, whatever has become of them. */
  #dependsOn(arraySize: number | undefined): JobDependency[] {
    const random = this.#random;
    const known = random.chance(35)
      ? this.#ownJobs.slice(-25).filter(([, expectation]) => expectation.accepted)
      : [];
    if (known.length === 0)
      return arraySize !== undefined && random.chance(20) ? [{ type: 'SEQUENTIAL' }] : [];
    return Array.from({ length: random.between(1, 3) }, () => {
      const [id, { plan }] = random.pick(known);
      if (plan.arraySize === undefined) return { jobId: id };
      if (plan.arraySize === arraySize && random.chance(70)) return { jobId: id, type: 'N_TO_N' };
      return { jobId: random.chance(50) ? id : `${id}:${random.below(plan.arraySize)}` };
    });
  }

  /** Another queue, or another priority, for a job that may wait. */
  update(random: Random): void {
    const ids = this.#ownJobs.slice(-30).map(([id]) => id);
    if (ids.length === 0) return;
    const jobQueue = random.chance(70) ? random.pick(lastingQueues) : undefined;
    this.#ask({
      type: 'update-job',
      scope,
      jobId: random.pick(ids),
      jobQueue,
      schedulingPriority:
        jobQueue === undefined || jobQueue === 'shared' ? random.below(4) : undefined,
      shareIdentifier:
        jobQueue === 'shared' && random.chance(80) ? random.pick(['a', 'b1', 'c']) : undefined,
    });
  }

  stop(): void {
    const random = this.#random;
    const by = random.pick(['cancel', 'terminate'] as const);
    if (random.chance(3))
      return this.#ask({
        type: 'stop-job',
        scope,
        jobId: jobId(this.#client.newId()),
        by,
        reason: 'nobody is there',
      });
    const ids = this.#ownJobs.map(([id]) => id);
    if (ids.length === 0) return;
    const id = random.pick(ids.slice(-30));
    const { arraySize, nodes } = (this.expectations.get(id) as Expectation).plan;
    // Refused: a node is not stopped alone.
    if (nodes !== undefined && this.#nodes?.random.chance(20) === true)
      return this.#ask({
        type: 'stop-job',
        scope,
        jobId: nodeId(id, this.#nodes.random.below(nodes.numNodes)),
        by,
        reason: 'it alone',
      });
    this.#stop(
      id,
      arraySize !== undefined && random.chance(50) ? jobId(`${id}:${random.below(arraySize)}`) : id,
      by,
    );
  }

  #stop(id: JobId, target: JobId, by: 'cancel' | 'terminate'): void {
    const reason = `stopped by request ${this.#client.made++}`;
    this.expectations.get(id)?.stops.add(reason);
    this.#ask({ type: 'stop-job', scope, jobId: target, by, reason });
  }

  /** Stops a job, as an operator does who sees that it can never run. */
  cancel(id: JobId): void {
    this.#stop(id, id, 'cancel');
  }

  #ask(command: Command): void {
    void this.#client.door.submit(command);
  }
}

function tagsOf({ afterAny = false, delay, atMost }: OwnWishes = {}): Record<string, string> {
  const tags: Record<string, string> = {};
  if (afterAny) tags['longshore:after'] = 'any';
  if (delay !== undefined)
    tags['longshore:retry-delay'] =
      delay.least === delay.most ? `${delay.least}s` : `${delay.least}s..${delay.most}s`;
  if (atMost !== undefined) tags['longshore:max-parallel'] = String(atMost.atOnce);
  if (atMost?.group !== undefined) tags['longshore:group'] = atMost.group;
  return tags;
}
