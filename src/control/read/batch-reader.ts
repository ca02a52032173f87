// The resources of AWS Batch beside jobs: compute environments, queues, scheduling policies, quota
// shares, consumable resources and job definitions, each with its tags. The world tells them, and
// of definitions that are not ACTIVE the store. Changes nothing.

import type { Arn, Scope } from '../../base/ids.ts';
import { jobDefinitionArn } from '../../core/arn.ts';
import { knowsResource } from '../../core/command/tag/change-tags.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import {
  quantitiesOf,
  type ConsumableResource,
} from '../../core/consumable-resource/consumable-resource.ts';
import { definitionReference } from '../../core/job-definition/definition-reference.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import type { QuotaShare } from '../../core/quota-share/quota-share.ts';
import type { ServiceEnvironment } from '../../core/service-environment/service-environment.ts';
import { architectureNote, noMachineNote } from '../../core/schedule/scale/managed-environments.ts';
import type { SchedulingPolicy } from '../../core/scheduling-policy/scheduling-policy.ts';
import { shownVcpus } from '../../core/world/vcpus.ts';
import type { World } from '../../core/world/world.ts';
import type {
  BatchReader,
  ComputeEnvironmentView,
  ConsumableResourceView,
  JobDefinitionView,
  JobQueueView,
  Page,
  QueueSnapshotView,
  QuotaShareView,
  SchedulingPolicyView,
  ServiceEnvironmentView,
  Tags,
} from '../../port/reader.ts';
import type { StoreReader } from '../../port/store.ts';
import { pastTags } from '../turn/prefetch.ts';
import { queueSnapshot } from './queue-snapshot.ts';
import { decodeDefinitionToken, encodeToken } from './token.ts';

type Stored = Pick<StoreReader, 'tags' | 'job' | 'jobDefinition' | 'jobDefinitions'>;

export class WorldBatchReader implements BatchReader {
  readonly #world: World;
  readonly #store: Stored;

  constructor(world: World, store: Stored) {
    this.#world = world;
    this.#store = store;
  }

  computeEnvironment(scope: Scope, nameOrArn: string): ComputeEnvironmentView | undefined {
    const environment = this.#world.computeEnvironment(scope, nameOrArn);
    return environment && this.#environmentView(environment);
  }

  computeEnvironments(scope: Scope): readonly ComputeEnvironmentView[] {
    return inScope(this.#world.computeEnvironments.values(), scope).map((environment) =>
      this.#environmentView(environment),
    );
  }

  #environmentView(environment: ComputeEnvironment): ComputeEnvironmentView {
    return {
      environment,
      tags: this.#store.tags(environment.arn),
      note: noMachineNote(this.#world, environment) ?? architectureNote(this.#world, environment),
      desiredvCpus: shownVcpus(this.#world, environment),
    };
  }

  jobQueue(scope: Scope, nameOrArn: string): JobQueueView | undefined {
    const queue = this.#world.jobQueue(scope, nameOrArn);
    return queue && this.#queueView(queue);
  }

  jobQueues(scope: Scope): readonly JobQueueView[] {
    return inScope(this.#world.jobQueues.values(), scope).map((queue) => this.#queueView(queue));
  }

  #queueView = (queue: JobQueue): JobQueueView => ({ queue, tags: this.#store.tags(queue.arn) });

  consumableResource(scope: Scope, nameOrArn: string): ConsumableResourceView | undefined {
    const resource = this.#world.consumableResources.find(scope, nameOrArn);
    return resource && this.#consumableView(resource);
  }

  consumableResources(scope: Scope): readonly ConsumableResourceView[] {
    return inScope(this.#world.consumableResources.values(), scope).map((resource) =>
      this.#consumableView(resource),
    );
  }

  #consumableView = (resource: ConsumableResource): ConsumableResourceView => ({
    resource,
    quantities: quantitiesOf(resource, this.#world.consumableResources.held(resource.arn)),
    tags: this.#store.tags(resource.arn),
  });

  serviceEnvironment(scope: Scope, nameOrArn: string): ServiceEnvironmentView | undefined {
    const environment = this.#world.serviceEnvironments.find(scope, nameOrArn);
    return environment && this.#serviceEnvironmentView(environment);
  }

  serviceEnvironments(scope: Scope): readonly ServiceEnvironmentView[] {
    return inScope(this.#world.serviceEnvironments.values(), scope).map((environment) =>
      this.#serviceEnvironmentView(environment),
    );
  }

  #serviceEnvironmentView = (environment: ServiceEnvironment): ServiceEnvironmentView => ({
    environment,
    tags: this.#store.tags(environment.arn),
  });

  schedulingPolicy(scope: Scope, policyArn: string): SchedulingPolicyView | undefined {
    const policy = this.#world.schedulingPolicy(scope, policyArn);
    return policy && this.#policyView(policy);
  }

  schedulingPolicies(scope: Scope): readonly SchedulingPolicyView[] {
    return inScope(this.#world.schedulingPolicies.values(), scope).map((policy) =>
      this.#policyView(policy),
    );
  }

  #policyView = (policy: SchedulingPolicy): SchedulingPolicyView => ({
    policy,
    tags: this.#store.tags(policy.arn),
  });

  quotaShare(scope: Scope, shareArn: string): QuotaShareView | undefined {
    const share = this.#world.quotaShare(scope, shareArn);
    return share && this.#shareView(share);
  }

  quotaShares(scope: Scope, queueNameOrArn: string): readonly QuotaShareView[] | undefined {
    const queue = this.#world.jobQueue(scope, queueNameOrArn);
    return (
      queue &&
      inScope(this.#world.quotaShares.of(queue.arn).values(), scope).map((share) =>
        this.#shareView(share),
      )
    );
  }

  #shareView = (share: QuotaShare): QuotaShareView => ({
    share,
    tags: this.#store.tags(share.arn),
  });

  jobDefinition(scope: Scope, nameOrArn: string): JobDefinitionView | undefined {
    const active = this.#world.jobDefinitions.find(scope, nameOrArn);
    const definition = active ?? this.#inactiveDefinition(scope, nameOrArn);
    return definition && this.#definitionView(definition);
  }

  #inactiveDefinition(scope: Scope, nameOrArn: string): JobDefinition | undefined {
    const { name, revision } = definitionReference(scope, nameOrArn) ?? {};
    return name === undefined || revision === undefined
      ? undefined
      : this.#store.jobDefinition(scope, jobDefinitionArn(scope, name, revision));
  }

  jobDefinitions(
    query: Parameters<BatchReader['jobDefinitions']>[0],
  ): Page<JobDefinitionView> | undefined {
    const after = query.next === undefined ? undefined : decodeDefinitionToken(query.next);
    if (query.next !== undefined && after === undefined) return undefined;
    const found = this.#store.jobDefinitions({
      scope: query.scope,
      name: query.name,
      status: query.status,
      after,
      limit: query.limit + 1,
    });
    const items = found.slice(0, query.limit);
    const last = items.at(-1);
    const next =
      found.length > query.limit && last !== undefined
        ? encodeToken([last.name, last.revision])
        : undefined;
    return { items: items.map((definition) => this.#definitionView(definition)), next };
  }

  #definitionView = (definition: JobDefinition): JobDefinitionView => ({
    definition,
    tags: this.#store.tags(definition.arn),
  });

  queueSnapshot(scope: Scope, nameOrArn: string, limit: number): QueueSnapshotView | undefined {
    const queue = this.#world.jobQueue(scope, nameOrArn);
    return queue && queueSnapshot(this.#world, queue, limit);
  }

  tags(scope: Scope, resourceArn: string): Tags | undefined {
    if (!resourceArn.startsWith('arn:')) return undefined;
    const arn = resourceArn as Arn;
    const { tags, isStored } = pastTags({ scope, arn }, this.#store);
    return isStored || knowsResource(this.#world, scope, arn) ? tags : undefined;
  }
}

function inScope<T extends { scope: Scope; name: string }>(all: Iterable<T>, scope: Scope): T[] {
  return [...all].filter((one) => one.scope === scope).sort((a, b) => (a.name < b.name ? -1 : 1));
}
