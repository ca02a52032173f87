// What SimulatePrincipalPolicy and SimulateCustomPolicy have in common: policies are asked about
// actions, as requests are, and nothing is done. What a request would bring for condition keys, the
// caller says.

import type {
  ContextEntry,
  EvaluationResult,
  SimulateCustomPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { compilePolicy } from '../../../core/policy/compile.ts';
import { contextOf } from '../../../core/policy/context.ts';
import { decide, type Layers, type Question } from '../../../core/policy/decide.ts';
import { PolicySet, type NamedPolicy } from '../../../core/policy/policy-set.ts';
import { limit } from '../../../core/limit.ts';
import { given, policyDocument } from '../check.ts';
import { invalidInput } from '../error.ts';
import { numberedPage, type PageRequest } from '../page.ts';

/** The members that both operations take. */
type Asked = Partial<
  Pick<
    SimulateCustomPolicyCommandInput,
    | 'ActionNames'
    | 'ResourceArns'
    | 'ContextEntries'
    | 'PolicyInputList'
    | 'PermissionsBoundaryPolicyInputList'
    | 'ResourcePolicy'
    | 'ResourceHandlingOption'
    | 'Marker'
    | 'MaxItems'
  >
>;

/** Texts that are policies, under the names by which results tell of them. */
export function policiesIn(
  texts: readonly string[] = [],
  member: 'PolicyInputList' | 'PermissionsBoundaryPolicyInputList',
): NamedPolicy[] {
  const most = limit.iam.simulatedCharacters;
  if (charactersIn(texts) > most)
    throw invalidInput(`${member} may have ${most} characters in all its policies.`);
  return texts.map((text, index) => ({
    name: `${member}.${index + 1}`,
    policy: compilePolicy(policyDocument(text, member), 'identity'),
  }));
}

const charactersIn = (texts: readonly string[] = []): number =>
  texts.reduce((sum, { length }) => sum + length, 0);

/** Several boundaries are one: AWS takes one alone. */
export function boundaryIn(texts: readonly string[] | undefined): PolicySet | undefined {
  const [first, second] = policiesIn(texts, 'PermissionsBoundaryPolicyInputList');
  if (second !== undefined)
    throw invalidInput('PermissionsBoundaryPolicyInputList may have one policy.');
  return first && new PolicySet([first]);
}

/**
 * What a page may take: a character of a policy that is matched with one of a resource is a step,
 * at worst; and characters of condition keys that it tells of.
 */
const most = { steps: 100_000_000, characters: 1_000_000 };

interface Simulated {
  readonly EvaluationResults: EvaluationResult[];
  readonly IsTruncated: boolean;
  readonly Marker?: string | undefined;
}

/** `known` are condition keys that follow from who is simulated. */
export function simulate(
  layers: Pick<Layers, 'boundary'> & { readonly identity: readonly NamedPolicy[] },
  asked: Asked & PageRequest,
  known: ReadonlyMap<string, string> = new Map(),
): Simulated {
  if (asked.ResourcePolicy !== undefined)
    throw invalidInput('ResourcePolicy is not supported: resources here have no policies.');
  if (asked.ResourceHandlingOption !== undefined)
    throw invalidInput('ResourceHandlingOption is not supported: name the resources one by one.');
  const sets = { identity: new PolicySet(layers.identity), boundary: layers.boundary };
  const context = contextOf([...known, ...entriesOf(asked.ContextEntries)]);
  const actions = (asked.ActionNames ?? []).map(actionName);
  const resources = asked.ResourceArns ?? ['*'];
  const length =
    charactersIn(asked.PolicyInputList) + charactersIn(asked.PermissionsBoundaryPolicyInputList);
  let steps = 0;
  let characters = 0;
  const { items, ...more } = numberedPage(
    actions.length * resources.length,
    (number) => {
      const action = actions[Math.floor(number / resources.length)] ?? '';
      const resource = resources[number % resources.length] ?? '';
      const result = resultOf(sets, { action, resource, context });
      steps += length * resource.length;
      characters += charactersIn(result.MissingContextValues);
      return result;
    },
    () => steps >= most.steps || characters >= most.characters,
    asked,
  );
  return { EvaluationResults: items, ...more };
}

function resultOf(
  { identity, boundary }: Pick<Layers, 'identity' | 'boundary'>,
  question: Pick<Question, 'action' | 'resource' | 'context'>,
): EvaluationResult {
  const { action, resource, context } = question;
  const decision = decide({ identity, boundary }, question);
  const by = decision.isAllowed ? decision.by : decision.explicit;
  const keys = [identity, boundary].flatMap((policies) => [
    ...(policies?.conditionKeysOn(action) ?? []),
  ]);
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision.isAllowed
      ? 'allowed'
      : decision.explicit === undefined
        ? 'implicitDeny'
        : 'explicitDeny',
    MatchedStatements:
      by === undefined ? [] : [{ SourcePolicyId: by.policy, SourcePolicyType: 'none' }],
    MissingContextValues: [...new Set(keys)].filter((key) => context(key) === undefined).toSorted(),
    PermissionsBoundaryDecisionDetail: boundary && {
      AllowedByPermissionsBoundary: decide({ identity: boundary }, question).isAllowed,
    },
  };
}

function actionName(text: string): string {
  if (!/^[\w-]{1,64}:\w{1,64}$/.test(text))
    throw invalidInput(`Invalid Action Name: ${text.slice(0, 128)}`);
  return text;
}

const entriesOf = (entries: readonly ContextEntry[] | undefined): [string, readonly string[]][] =>
  (entries ?? []).map(({ ContextKeyName, ContextKeyValues }) => [
    given(ContextKeyName, 'contextKeyName'),
    ContextKeyValues ?? [],
  ]);

/** As the policies write them, each once. */
export const contextKeys = (policies: readonly NamedPolicy[]): string[] => {
  const keys = policies.flatMap(({ policy }) =>
    policy.statements.flatMap(({ conditionKeys }) => conditionKeys),
  );
  return [...new Map(keys.map((key) => [key.toLowerCase(), key])).values()].toSorted();
};
