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
import { decide, type Layers } from '../../../core/policy/decide.ts';
import { PolicySet, type NamedPolicy } from '../../../core/policy/policy-set.ts';
import { given, policyDocument } from '../check.ts';
import { invalidInput } from '../error.ts';
import { page, type PageRequest } from '../page.ts';

/** The members that both operations take. */
type Asked = Pick<
  SimulateCustomPolicyCommandInput,
  | 'ActionNames'
  | 'ResourceArns'
  | 'ContextEntries'
  | 'ResourcePolicy'
  | 'ResourceHandlingOption'
  | 'Marker'
  | 'MaxItems'
>;

/** Texts that are policies, under the names by which results tell of them. */
export const policiesIn = (
  texts: readonly string[] | undefined,
  member: 'PolicyInputList' | 'PermissionsBoundaryPolicyInputList',
): NamedPolicy[] =>
  (texts ?? []).map((text, index) => ({
    name: `${member}.${index + 1}`,
    policy: compilePolicy(policyDocument(text, member), 'identity'),
  }));

/** Several boundaries are one: AWS takes one alone. */
export function boundaryIn(texts: readonly string[] | undefined): PolicySet | undefined {
  const [first, second] = policiesIn(texts, 'PermissionsBoundaryPolicyInputList');
  if (second !== undefined)
    throw invalidInput('PermissionsBoundaryPolicyInputList may have one policy.');
  return first && new PolicySet([first]);
}

/** What a caller would have been asked about and has not said. */
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
  const identity = new PolicySet(layers.identity);
  const said = entriesOf(asked.ContextEntries);
  const context = contextOf([...known, ...said]);
  const questions = (asked.ActionNames ?? []).flatMap((action) =>
    (asked.ResourceArns ?? ['*']).map((resource) => ({ action: actionName(action), resource })),
  );
  const numbered = questions.map((question, index) => ({
    ...question,
    place: String(index).padStart(6, '0'),
  }));
  const { items, ...more } = page(numbered, ({ place }) => place, asked);
  return {
    EvaluationResults: items.map(({ action, resource }): EvaluationResult => {
      const decision = decide(
        { identity, boundary: layers.boundary },
        { action, resource, context },
      );
      const by = decision.isAllowed ? decision.by : decision.explicit;
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
        MissingContextValues: [identity, layers.boundary]
          .flatMap((policies) => [...(policies?.conditionKeysOn(action) ?? [])])
          .filter((key, at, all) => context(key) === undefined && all.indexOf(key) === at)
          .toSorted(),
        PermissionsBoundaryDecisionDetail: layers.boundary && {
          AllowedByPermissionsBoundary: decide(
            { identity: layers.boundary },
            { action, resource, context },
          ).isAllowed,
        },
      };
    }),
    ...more,
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
