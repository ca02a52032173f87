// The service environments of the world, and how many instances the attempts under way use of each.
// An index of the world, kept by its fold alone.

import type { Arn, Scope } from '../../base/ids.ts';
import { serviceEnvironmentArn } from '../arn.ts';
import {
  allInstances,
  type ServiceEnvironment,
} from '../service-environment/service-environment.ts';
import type { ServiceTerms } from '../service-job/service-terms.ts';

/** What may be asked of them. */
export type ServiceEnvironmentsView = Omit<
  ServiceEnvironments,
  'store' | 'delete' | 'hold' | 'release'
>;

export class ServiceEnvironments {
  readonly #environments = new Map<Arn, ServiceEnvironment>();
  /** By environment and instance type. */
  readonly #used = new Map<Arn, Map<string, number>>();

  values(): Iterable<ServiceEnvironment> {
    return this.#environments.values();
  }

  get(arn: Arn): ServiceEnvironment | undefined {
    return this.#environments.get(arn);
  }

  /** By name or ARN. */
  find(scope: Scope, nameOrArn: string): ServiceEnvironment | undefined {
    const found = this.#environments.get(
      nameOrArn.startsWith('arn:') ? (nameOrArn as Arn) : serviceEnvironmentArn(scope, nameOrArn),
    );
    return found?.scope === scope ? found : undefined;
  }

  store(environment: ServiceEnvironment): void {
    this.#environments.set(environment.arn, environment);
  }

  delete(arn: Arn): void {
    this.#environments.delete(arn);
  }

  /** Instances in use, counted in the unit. */
  used(arn: Arn, capacityUnit: string): number {
    const used = this.#used.get(arn);
    if (used === undefined) return 0;
    if (capacityUnit !== allInstances) return used.get(capacityUnit) ?? 0;
    let all = 0;
    for (const instances of used.values()) all += instances;
    return all;
  }

  /** An attempt under way uses these; of a container job it is none. */
  hold(arn: Arn, service: ServiceTerms | undefined): void {
    this.#count(arn, service, 1);
  }

  release(arn: Arn, service: ServiceTerms | undefined): void {
    this.#count(arn, service, -1);
  }

  #count(arn: Arn, service: ServiceTerms | undefined, sign: 1 | -1): void {
    if (service === undefined) return;
    const { instanceType, instances } = service;
    const used = this.#used.get(arn) ?? new Map<string, number>();
    this.#used.set(arn, used);
    const left = (used.get(instanceType) ?? 0) + sign * instances;
    if (left === 0) used.delete(instanceType);
    else used.set(instanceType, left);
    if (used.size === 0) this.#used.delete(arn);
  }
}
