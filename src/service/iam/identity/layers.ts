// The layers of policies that limit a principal, compiled: its own policies and those of its
// groups, its boundary, and what its session was given. Each set is put together once, as long as
// IAM stays as it is. It decides nothing.

import type { Principal } from '../../../base/principal.ts';
import { compilePolicy } from '../../../core/policy/compile.ts';
import type { Layers } from '../../../core/policy/decide.ts';
import { PolicyCache } from '../../../core/policy/policy-cache.ts';
import { PolicySet } from '../../../core/policy/policy-set.ts';
import type { HeldPolicy, PrincipalPolicies } from './policies.ts';

/** Of policy texts that stay compiled: more than a large account's policies have. */
const mostCharacters = 16_000_000;
const compiled = new PolicyCache(mostCharacters);
const none = new PolicySet([]);
/** What no policy limits: the root, in what is its account's own. */
const everything = new PolicySet([
  {
    name: 'root',
    policy: compilePolicy(
      '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      'identity',
    ),
  },
]);

type OwnLayers = Pick<Layers, 'identity' | 'boundary'>;

const ofPolicies = new WeakMap<PrincipalPolicies, OwnLayers>();
const ofSessions = new WeakMap<readonly string[], PolicySet>();

/**
 * `held` is undefined of root, and where whose policies they were is gone: nothing is allowed then.
 */
export function layersOf(principal: Principal, held: PrincipalPolicies | undefined): Layers {
  const session = principal.session?.policies ?? [];
  const unheld = principal.kind === 'root' ? everything : none;
  const own = held === undefined ? { identity: unheld } : ownLayers(held);
  return session.length === 0 ? own : { ...own, session: sessionLayer(session) };
}

function ownLayers(held: PrincipalPolicies): OwnLayers {
  let layers = ofPolicies.get(held);
  if (layers === undefined) {
    const { policies, boundary } = held;
    layers = {
      identity: setOf(policies),
      boundary: boundary && setOf([boundary]),
    };
    ofPolicies.set(held, layers);
  }
  return layers;
}

function sessionLayer(documents: readonly string[]): PolicySet {
  let set = ofSessions.get(documents);
  if (set === undefined) {
    set = setOf(
      documents.map((document, index) => ({ name: `session policy ${index + 1}`, document })),
    );
    ofSessions.set(documents, set);
  }
  return set;
}

/** A policy whose document nobody here knows permits nothing. */
const setOf = (policies: readonly Pick<HeldPolicy, 'name' | 'arn' | 'document'>[]): PolicySet =>
  new PolicySet(
    policies.flatMap(({ name, arn, document }) =>
      document === undefined
        ? []
        : [{ name: arn ?? name, policy: compiled.get(document, 'identity') }],
    ),
  );

/**
 * The trust policy of a role that is to be assumed, or another resource's own; undefined: nobody is
 * given leave by one.
 */
export const layerOfResource = (
  name: 'trust policy' | 'resource policy',
  document: string | undefined,
  account: string,
): Layers['resource'] => ({
  account,
  policies:
    document === undefined
      ? none
      : new PolicySet([{ name, policy: compiled.get(document, 'trust') }]),
});
