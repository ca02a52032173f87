// The world of an operation's test: the real rules behind a bus that decides and applies at once,
// and a reader of what stands in the world. Only tests import it. It has no store: ended jobs are
// views that a test puts in.

import { scopeOf, splitJobId } from '../../src/base/ids.ts';
import type { Command } from '../../src/core/command/command.ts';
import {
  nothingKnown,
  type KnownReferences,
} from '../../src/core/compute-environment/references.ts';
import type { Limits } from '../../src/core/limit.ts';
import { defaultSettings, type Settings } from '../../src/core/settings.ts';
import {
  quantitiesOf,
  type ConsumableResource,
} from '../../src/core/consumable-resource/consumable-resource.ts';
import { World } from '../../src/core/world/world.ts';
import type { JobDefinition } from '../../src/core/job-definition/job-definition.ts';
import type { JobListQuery, JobView, Reader, Tags } from '../../src/port/reader.ts';
import { contextIn } from './caller.ts';
import type { BatchDeps, BatchOperation } from '../../src/service/batch/deps.ts';
import type { SubmitRate } from '../../src/service/batch/job/submit-rate.ts';
import { transact } from '../../src/core/turn/transact.ts';

export const scope = scopeOf('123456789012', 'eu-west-1');

export const context = contextIn(scope);

export class FakeDeps implements BatchDeps {
  readonly settings: Settings;
  readonly world: World;
  readonly commands: Command[] = [];
  readonly tags = new Map<string, Record<string, string>>();
  readonly definitions = new Map<string, JobDefinition>();
  /** What `reader.job` answers, by id. */
  readonly views = new Map<string, JobView>();
  /** What `reader.jobs` was asked. */
  readonly queries: JobListQuery[] = [];
  nowMs = 1_700_000_000_000;
  known: KnownReferences = nothingKnown;
  readonly references = async () => this.known;
  submitRate: SubmitRate | undefined;
  #uuids = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.settings = { ...defaultSettings, limits: { ...defaultSettings.limits, ...limits } };
    this.world = new World(this.settings);
  }

  readonly ids = {
    uuid: () => `00000000-0000-7000-8000-${String(++this.#uuids).padStart(12, '0')}`,
    attempt: () => '0'.repeat(32) as never,
  };
  readonly clock = {
    now: () => this.nowMs,
    at: () => () => undefined,
    soon: (task: () => void) => task(),
  };

  readonly bus: BatchDeps['bus'] = {
    submit: async (command) => {
      this.commands.push(command);
      const past = (arn: string) => ({ tags: this.tags.get(arn) ?? {}, isStored: true });
      const asked =
        command.type === 'change-tags' ? { ...command, past: past(command.arn) } : command;
      const { reply, events, effects } = transact(this.world, asked, this.nowMs);
      for (const event of events)
        if (event.type === 'job-definition-stored')
          this.definitions.set(event.definition.arn, event.definition);
      for (const effect of effects)
        if (effect.type === 'settle-environment') transact(this.world, effect, this.nowMs);
      for (const [arn, tags = {}] of this.world.changes.tags) this.tags.set(arn, { ...tags });
      return reply as never;
    },
    write: async () => 'absent',
  };

  readonly reader = {
    computeEnvironment: (_scope, name) => {
      const environment = this.world.computeEnvironment(scope, name);
      return (
        environment && {
          environment,
          tags: this.#tagsOf(environment.arn),
          desiredvCpus: environment.computeResources?.minvCpus ?? 0,
        }
      );
    },
    computeEnvironments: () =>
      [...this.world.computeEnvironments.values()]
        .map((environment) => ({ environment, tags: {}, desiredvCpus: 0 }))
        .sort((a, b) => (a.environment.name < b.environment.name ? -1 : 1)),
    jobQueue: (_scope, name) => {
      const queue = this.world.jobQueue(scope, name);
      return queue && { queue, tags: this.#tagsOf(queue.arn) };
    },
    jobQueues: () => [...this.world.jobQueues.values()].map((queue) => ({ queue, tags: {} })),
    consumableResource: (_scope, name) => {
      const resource = this.world.consumableResources.find(scope, name);
      return resource && this.#consumableView(resource);
    },
    consumableResources: () =>
      [...this.world.consumableResources.values()]
        .map((resource) => this.#consumableView(resource))
        .sort((a, b) => (a.resource.name < b.resource.name ? -1 : 1)),
    jobsByConsumable: (query) =>
      Promise.resolve(
        query.next === 'malformed'
          ? undefined
          : { items: [...this.views.values()], next: undefined },
      ),
    schedulingPolicy: (_scope, arn) => {
      const policy = this.world.schedulingPolicy(scope, arn);
      return policy && { policy, tags: this.#tagsOf(arn) };
    },
    schedulingPolicies: () =>
      [...this.world.schedulingPolicies.values()]
        .map((policy) => ({ policy, tags: {} }))
        .sort((a, b) => (a.policy.name < b.policy.name ? -1 : 1)),
    jobDefinition: (_scope, name) => {
      const definition =
        this.world.jobDefinitions.find(scope, name) ??
        [...this.definitions.values()].find(
          (one) => one.arn === name || `${one.name}:${one.revision}` === name,
        );
      return definition && { definition, tags: this.#tagsOf(definition.arn) };
    },
    jobDefinitions: ({ name, status, next, limit }) => {
      const found = [...this.definitions.values()].filter(
        (one) => (name ?? one.name) === one.name && (status ?? one.status) === one.status,
      );
      const from = Number(next ?? 0);
      if (Number.isNaN(from)) return undefined;
      const items = found
        .slice(from, from + limit)
        .map((definition) => ({ definition, tags: this.#tagsOf(definition.arn) }));
      return { items, next: from + limit < found.length ? String(from + limit) : undefined };
    },
    job: (_scope, id) => this.views.get(id),
    jobs: (query) => {
      this.queries.push(query);
      return Promise.resolve(
        query.next === 'malformed'
          ? undefined
          : { items: [...this.views.values()], next: undefined },
      );
    },
    tags: (_scope, arn) => {
      const known =
        this.world.computeEnvironment(scope, arn) ??
        this.world.jobQueue(scope, arn) ??
        this.world.schedulingPolicy(scope, arn) ??
        this.world.consumableResources.find(scope, arn) ??
        this.definitions.get(arn) ??
        this.world.jobs.get(splitJobId(arn.split('/')[1] ?? '').parent);
      return known && this.#tagsOf(arn);
    },
    resources: undefined as never,
    wait: () => undefined,
    dependencies: () => [],
    children: () => ({ children: [] }),
    queueSnapshot: () => undefined,
    logs: undefined as never,
    clusters: undefined as never,
    instances: undefined as never,
    counts: () => undefined as never,
    jobCountsByQueue: () => new Map(),
  } satisfies Reader;

  #consumableView = (resource: ConsumableResource) => ({
    resource,
    quantities: quantitiesOf(resource, this.world.consumableResources.held(resource.arn)),
    tags: this.#tagsOf(resource.arn),
  });

  #tagsOf = (arn: string): Tags => this.tags.get(arn) ?? {};

  /** Calls an operation as the wire does; its answer, or its error, comes back. */
  async call<Input, Output>(
    operation: BatchOperation<Input, Output>,
    input: Input,
  ): Promise<Output> {
    operation.authorizes(input, context);
    return operation.handle(this, input, context);
  }
}

/**
 * Without what AWS fills in and Terraform strips before it compares: empty lists, and Fargate's
 * newest version.
 */
export const comparable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (key, entry: unknown) =>
    (Array.isArray(entry) && entry.length === 0) ||
    (key === 'fargatePlatformConfiguration' &&
      JSON.stringify(entry) === '{"platformVersion":"LATEST"}')
      ? undefined
      : entry,
  );

/** A managed environment as AWS demands it. */
export const ec2Resources = {
  type: 'EC2',
  minvCpus: 0,
  maxvCpus: 16,
  instanceTypes: ['optimal'],
  instanceRole: 'ecsInstanceRole',
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
} as const;
