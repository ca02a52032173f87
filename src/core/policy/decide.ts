// Who may do what: the decision over all policies that speak of a request, by IAM's rules. What
// denies in any of them wins; then each layer that is there must allow. Pure: who asks for what,
// and all that conditions ask about it, comes with the question.

import type { Asked, Found, PolicySet } from './policy-set.ts';
import { naming, type Asker } from './principal.ts';
import type { Context } from './context.ts';

/** What is asked of the policies. */
export interface Question {
  /** E.g. `batch:SubmitJob`; its case does not matter. */
  readonly action: string;
  /** An ARN, or `*` for an action that is on no resource. */
  readonly resource: string;
  readonly context: Context;
  /** Who asks: needed where there is a policy that names principals. */
  readonly asker?: Asker | undefined;
}

/** The policies that speak of a request. What is undefined is not there, and limits nothing. */
export interface Layers {
  /** Those of a user and its groups, or of a role. */
  readonly identity: PolicySet;
  readonly boundary?: PolicySet | undefined;
  /** Those that a session was given; one of them must allow. */
  readonly session?: PolicySet | undefined;
  /** Of the role that is to be assumed: it must allow. */
  readonly trust?: OfResource | undefined;
  /** Of a resource that has a policy of its own: it may allow, and must where others ask. */
  readonly resource?: OfResource | undefined;
}

/** A policy that names principals, with the account that its resource is in. */
interface OfResource {
  readonly policies: PolicySet;
  readonly account: string;
}

export type Layer = keyof Layers;

/** The statement that decided. */
interface Deciding {
  readonly layer: Layer;
  /** Its policy's name. */
  readonly policy: string;
  readonly sid: string | undefined;
  /** Its place in the policy, from 0. */
  readonly index: number;
}

export type Decision =
  | { readonly isAllowed: true; readonly by: Deciding }
  | {
      readonly isAllowed: false;
      /** The layer that denies, or that lacks leave. */
      readonly layer: Layer;
      /** Undefined: nothing denies it, and nothing in the layer allows it. */
      readonly explicit: Deciding | undefined;
    };

/** The order in which AWS looks for leave. */
const limiting = ['identity', 'boundary', 'session'] as const;

/** No ARN of AWS's has more characters: what is longer is nothing, and is matched with nothing. */
const longestResource = 2_048;

/** Decides; takes no notice of who is root, whom no policy limits. */
export function decide(layers: Layers, question: Question): Decision {
  if (question.resource.length > longestResource)
    return { isAllowed: false, layer: 'identity', explicit: undefined };
  const asked = { ...question, action: question.action.toLowerCase() };
  const denial = denialIn(layers, asked);
  if (denial !== undefined) return { isAllowed: false, layer: denial.layer, explicit: denial };
  const layer = layers.trust === undefined ? 'resource' : 'trust';
  const of = layers[layer];
  const granted = of?.policies.find('Allow', asked);
  if (of !== undefined && granted === undefined && (layer === 'trust' || isOther(of, asked)))
    return { isAllowed: false, layer, explicit: undefined };
  const needed = granted === undefined ? limiting : neededBeside(granted, of?.account, asked);
  let by = granted && deciding(layer, granted);
  for (const one of needed) {
    const policies = layers[one];
    if (policies === undefined) continue;
    const found = policies.find('Allow', asked);
    if (found === undefined) return { isAllowed: false, layer: one, explicit: undefined };
    by ??= deciding(one, found);
  }
  // The identity's policies are always there, or the policy of a role or a resource is.
  return by === undefined
    ? { isAllowed: false, layer: 'identity', explicit: undefined }
    : { isAllowed: true, by };
}

function denialIn(layers: Layers, asked: Asked): Deciding | undefined {
  for (const layer of limiting) {
    const found = layers[layer]?.find('Deny', asked);
    if (found !== undefined) return deciding(layer, found);
  }
  for (const layer of ['trust', 'resource'] as const) {
    const found = layers[layer]?.policies.find('Deny', asked);
    if (found !== undefined) return deciding(layer, found);
  }
  return undefined;
}

/** Nobody of the resource's account asks: its own policies say nothing of them. */
const isOther = ({ account }: OfResource, { asker }: Asked): boolean =>
  asker?.kind !== 'aws' || asker.account !== account;

/**
 * The layers that must allow beside a resource's policy which does. Services and those with tokens
 * have no policies. Of the resource's own account somebody who is named needs nothing else, a
 * session of a role that is named only what limits the session; everybody else needs leave of their
 * own account.
 */
function neededBeside(
  trusted: Found,
  account: string | undefined,
  { asker }: Asked,
): readonly (typeof limiting)[number][] {
  if (asker?.kind !== 'aws') return [];
  if (asker.account !== account || trusted.naming === naming.account) return limiting;
  return trusted.naming === naming.self ? [] : ['boundary', 'session'];
}

const deciding = (layer: Layer, { policy, statement: { sid, index } }: Found): Deciding => ({
  layer,
  policy,
  sid,
  index,
});

/**
 * Whether the policies may allow an action at all, on some resource and under some conditions,
 * which nobody evaluates here: an Allow under a condition counts, a Deny counts where it is under
 * none and on everything.
 */
export function mayAllow(
  policies: PolicySet,
  { action, asker }: Pick<Question, 'action' | 'asker'>,
): boolean {
  const name = action.toLowerCase();
  for (const { statement } of policies.statementsOn(name, 'Deny'))
    if (!statement.isConditional && statement.isOfAll && statement.namingOf(asker) !== naming.none)
      return false;
  for (const { statement } of policies.statementsOn(name, 'Allow'))
    if (statement.namingOf(asker) !== naming.none) return true;
  return false;
}
