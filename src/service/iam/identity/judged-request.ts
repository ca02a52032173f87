// A request as policies are asked about it, or what the server does for a role: what they may want
// to know is gathered when they ask, and core/policy decides. It refuses nobody itself.

import { contextOf, isNames, type Context } from '../../../core/policy/context.ts';
import { decide, type Decision, type Layers } from '../../../core/policy/decide.ts';
import type { PolicySet } from '../../../core/policy/policy-set.ts';
import { scopeOf, type Scope } from '../../../base/ids.ts';
import { partitionOf } from '../../../base/partition.ts';
import type { Authorizer, Tags } from '../../../wire/authorization.ts';
import type { Access, Conditions } from '../../../wire/operation.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { iamScope } from '../deps.ts';
import type { IamKinds } from '../resources.ts';
import type { Where } from '../show.ts';
import { askerOf } from './asker.ts';
import { globalConditions, tagsOfCaller, type Asking } from './global-conditions.ts';
import { layerOfResource, layersOf } from './layers.ts';
import type { PrincipalPolicies } from './policies.ts';
import { factsOf, wholeArns } from './resolve.ts';

/** Why something is not allowed, and all that it was judged by. */
export interface Denied {
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision & { readonly isAllowed: false };
  readonly conditions: Conditions;
}

interface JudgedRequestParts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  readonly context: Asking & Where;
  /** Undefined where whose policies they were is gone. */
  readonly held: PrincipalPolicies | undefined;
  readonly nowMs: number;
  /** The policies of resources that have their own; absent: none is asked. */
  readonly policyOf?: Authorization['policyOf'] | undefined;
}

type Authorization = Parameters<Authorizer['authorize']>[0];
export type TagsOf = Authorization['tagsOf'];

export class JudgedRequest {
  readonly #parts: JudgedRequestParts;
  readonly #layers: Layers;
  readonly #tags = new Map<string, Tags>();
  /** What is the same for all that is asked of one request. */
  readonly #ofRequest = once(() => this.#globalConditions());

  constructor(parts: JudgedRequestParts) {
    this.#parts = parts;
    this.#layers = layersOf(parts.context.principal, parts.held);
  }

  /** Some policy asks for tags of resources: they must be fetched first. */
  asksForTags(access: readonly Access[]): boolean {
    const { identity, boundary, session } = this.#layers;
    return access.some(({ action, resources }) =>
      [identity, boundary, session, ...this.#ownPoliciesOf(resources)].some((policies) =>
        policies
          ?.conditionKeysOn(action)
          .values()
          .some((key) => key.includes(':resourcetag/')),
      ),
    );
  }

  #ownPoliciesOf(resources: readonly string[]): (PolicySet | undefined)[] {
    return resources.map((resource) => this.#ownPolicyOf(resource)?.policies);
  }

  /** The layer of a resource that has a policy of its own. */
  #ownPolicyOf(resource: string): Layers['resource'] {
    const { policyOf, context } = this.#parts;
    const document = policyOf?.(resource);
    // Nothing else gives leave to a service.
    return document === undefined && context.principal.kind !== 'service'
      ? undefined
      : layerOfResource('resource policy', document, accountOf(resource));
  }

  async fetchTags(access: readonly Access[], tagsOf: TagsOf): Promise<void> {
    for (const each of access)
      for (const arn of this.#resourcesOf(each)) {
        if (this.#tags.has(arn)) continue;
        const tags = await tagsOf(arn);
        if (tags !== undefined) this.#tags.set(arn, tags);
      }
  }

  /** Undefined: it is allowed on all that it is asked for. */
  denialOf(access: Access): Denied | undefined {
    const { action } = access;
    const ofAccess = once(() => access.conditions?.() ?? {});
    const { principal, region } = this.#parts.context;
    const asker = askerOf(principal, region);
    for (const resource of this.#resourcesOf(access)) {
      const ofResource = once(() => this.#ofResource(action, resource));
      const context: Context = (key) =>
        key === passedTo
          ? namesOfReceiver(ofAccess)
          : (ofResource.context(key) ?? ofAccess.context(key) ?? this.#ofRequest.context(key));
      const layers = this.#layersFor(action, resource);
      const decision = decide(layers, { action, resource, context, asker });
      if (decision.isAllowed) continue;
      const parts = [this.#ofRequest, ofAccess, ofResource].map((part) => part.conditions());
      return { action, resource, decision, conditions: Object.assign({}, ...parts) as Conditions };
    }
    return undefined;
  }

  #resourcesOf(access: Access): readonly string[] {
    // Of IAM alone an ARN may be half known by its request.
    return access.action.startsWith('iam:') || access.action.startsWith('sts:')
      ? wholeArns(this.#view(this.#ownScope), access, this.#parts.context)
      : access.resources;
  }

  get #ownScope(): Scope {
    return iamScope(this.#parts.context);
  }

  #view(scope: Scope) {
    return this.#parts.iam.current(scope);
  }

  /** A role that is to be assumed has a say in it, and a resource with a policy of its own. */
  #layersFor(action: string, resource: string): Layers {
    if (!/^sts:(?:AssumeRole|TagSession|SetSourceIdentity)$/.test(action)) {
      const own = this.#ownPolicyOf(resource);
      return own === undefined ? this.#layers : { ...this.#layers, resource: own };
    }
    const [, account = '', name = ''] = roleForm.exec(resource) ?? [];
    const { region } = this.#parts.context;
    const role = this.#view(scopeOf(account, `${partitionOf(region)}-global`)).get('role', name);
    const document = role?.trustPolicy ?? trustsNobody;
    return { ...this.#layers, trust: layerOfResource('trust policy', document, account) };
  }

  #globalConditions(): Conditions {
    const { context, held, nowMs } = this.#parts;
    return globalConditions(
      context,
      tagsOfCaller(held?.tags, context.principal.session?.tags),
      nowMs,
    );
  }

  #ofResource(action: string, resource: string): Conditions {
    const { context } = this.#parts;
    const [service = ''] = action.split(':', 1);
    const account = accountOf(resource) || context.account;
    const tags = Object.entries(this.#tags.get(resource) ?? {}).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`${service}:ResourceTag/${key}`, value],
    ]);
    return {
      'aws:ResourceAccount': account,
      ...(service === 'iam' ? factsOf(this.#view(this.#ownScope), action, resource, context) : {}),
      ...(Object.fromEntries(tags) as Conditions),
    };
  }
}

/** Empty where the ARN names none. */
const accountOf = (arn: string): string => arn.split(':', 5)[4] ?? '';

/** Conditions that are gathered at the first question. */
interface Part {
  conditions(): Conditions;
  readonly context: Context;
}

function once(gather: () => Conditions): Part {
  let conditions: Conditions | undefined;
  let context: Context | undefined;
  const all = (): Conditions => (conditions ??= gather());
  return {
    conditions: all,
    context: (key) => (context ??= contextOf(Object.entries(all())))(key),
  };
}

const passedTo = 'iam:passedtoservice';

/** Whoever gets a role that is passed: policies know it by one name or another (ADR 0033). */
function namesOfReceiver(ofAccess: Part): ReturnType<Context> {
  const given = ofAccess.context(passedTo);
  return typeof given === 'object' && !isNames(given) ? { names: given } : given;
}

const roleForm = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;
/** The trust policy of a role that is not there. */
const trustsNobody = '{"Version":"2012-10-17","Statement":[]}';
