// A policy in the form that decides quickly: made once of a document's text. It reads whatever can
// be decided upon, also what IAM would not take today. A document that cannot be read denies
// everything: nobody gets more by what is not understood.

import { conditionOf, type Condition } from './condition.ts';
import { BadPolicy, readDocument, type Except, type StatementText } from './document.ts';
import type { Reading } from './operator.ts';
import { naming, principalMatcher, type Asker, type Naming } from './principal.ts';
import type { Context } from './context.ts';
import { resourcePattern, textPattern, type Matcher } from './text-pattern.ts';

/** A statement of a policy. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly sid: string | undefined;
  /** Its place in the document, from 0. */
  readonly index: number;
  readonly actions: Actions;
  /** Whether it speaks of any resource whatever. */
  readonly isOfAll: boolean;
  readonly isConditional: boolean;
  readonly isOfResource: Matcher;
  /** Its resources are the same whatever the request says. */
  readonly hasFixedResources: boolean;
  /** How it names who asks; a policy without principals is its holder's. */
  readonly namingOf: (asker: Asker | undefined) => Naming;
  /** Whether its conditions hold. */
  readonly holds: (context: Context) => boolean;
  /** Keys, in lower case, of each of which the request must say something for them to hold. */
  readonly neededKeys: readonly string[];
  /**
   * The condition keys that it asks for, in conditions and as variables, as they are written. Their
   * case does not matter.
   */
  readonly conditionKeys: readonly string[];
}

/** The actions that a statement speaks of; all names are in lower case. */
interface Actions {
  /** Those that it names without a wildcard. */
  readonly exact: readonly string[];
  /** The services of which it names actions with a wildcard; undefined: perhaps any. */
  readonly services: readonly string[] | undefined;
  readonly includes: (action: string) => boolean;
}

export interface Policy {
  readonly statements: readonly Statement[];
  readonly isReadable: boolean;
}

/**
 * Of a role's trust policy, or of any other; never throws for what the text is. Takes time linear
 * in it.
 */
export function compilePolicy(text: string, kind: 'identity' | 'trust'): Policy {
  try {
    const { version, statements } = readDocument(text, words);
    const hasVariables = version === '2012-10-17';
    return {
      statements: statements.map((one, index) =>
        compileStatement(one, index, kind, { hasVariables, keys: new Set() }),
      ),
      isReadable: true,
    };
  } catch (error) {
    if (error instanceof BadPolicy) return unreadable;
    throw error;
  }
}

const fault = 'unreadable';
const words = {
  notJson: fault,
  syntax: fault,
  version: fault,
  noStatement: fault,
  emptyStatement: fault,
  noEffect: fault,
  unknownField: () => fault,
  effect: () => fault,
};

const unreadable: Policy = {
  statements: [
    {
      effect: 'Deny',
      sid: undefined,
      index: 0,
      actions: { exact: [], services: undefined, includes: () => true },
      isOfAll: true,
      isConditional: false,
      isOfResource: () => true,
      hasFixedResources: true,
      namingOf: () => naming.self,
      holds: () => true,
      neededKeys: [],
      conditionKeys: [],
    },
  ],
  isReadable: false,
};

function compileStatement(
  { sid, effect, principals, actions, resources, conditions }: StatementText,
  index: number,
  kind: 'identity' | 'trust',
  reading: Reading,
): Statement {
  if ((effect !== 'Allow' && effect !== 'Deny') || actions === undefined)
    throw new BadPolicy(fault);
  const isTrust = kind === 'trust';
  if ((principals !== undefined) !== isTrust || (resources === undefined && !isTrust))
    throw new BadPolicy(fault);
  const tests = conditions.map((one) => conditionOf(one, reading));
  const namingOf = principals && except(principals, principalMatcher(principals.named));
  const keysOfResources = new Set<string>();
  const [isOfAll, isOfResource] = resourcesOf(resources, { ...reading, keys: keysOfResources });
  return {
    effect,
    sid: sid === '' ? undefined : sid,
    index,
    actions: actionsOf(actions),
    isOfAll,
    isConditional: conditions.length > 0,
    isOfResource,
    hasFixedResources: keysOfResources.size === 0,
    namingOf: (asker) =>
      namingOf === undefined ? naming.self : asker === undefined ? naming.none : namingOf(asker),
    holds: allOf(tests, effect),
    neededKeys: tests.flatMap(({ needs }) => needs ?? []),
    conditionKeys: [...reading.keys.union(keysOfResources)],
  };
}

const allOf =
  (conditions: readonly Condition[], effect: 'Allow' | 'Deny') =>
  (context: Context): boolean =>
    conditions.every(({ holds }) => holds(context, effect));

/** Of NotPrincipal: everybody whom it does not name. */
const except =
  ({ isNot }: Except<unknown>, namingOf: (asker: Asker) => Naming) =>
  (asker: Asker): Naming => {
    const found = namingOf(asker);
    if (!isNot) return found;
    return found === naming.none ? naming.self : naming.none;
  };

function actionsOf({ isNot, named }: Except<readonly string[]>): Actions {
  const names = named.map((name) => name.toLowerCase());
  const exact = new Set(names.filter((name) => !/[*?]/.test(name)));
  const wild = names.filter((name) => /[*?]/.test(name));
  const patterns = wild.map((name) =>
    textPattern(name, { hasVariables: false, hasWildcards: true }),
  );
  const isNamed = (action: string): boolean =>
    exact.has(action) || patterns.some((matches) => matches(action, nothing));
  if (isNot) return { exact: [], services: undefined, includes: (action) => !isNamed(action) };
  const services = wild.map((name) => serviceOf(name));
  return {
    exact: [...exact],
    services: services.some((service) => /[*?]/.test(service)) ? undefined : services,
    includes: isNamed,
  };
}

const nothing: Context = () => undefined;

/** What stands before the colon; all of it where there is none. */
export function serviceOf(action: string): string {
  const cut = action.indexOf(':');
  return cut < 0 ? action : action.slice(0, cut);
}

/** Whether that is every resource, and which it is. */
function resourcesOf(
  resources: Except<readonly string[]> | undefined,
  reading: Reading,
): [isOfAll: boolean, isOfResource: Matcher] {
  if (resources === undefined) return [true, () => true];
  const { isNot, named } = resources;
  const hasAll = named.some((name) => /^\*+$/.test(name));
  const patterns = named.map((name) => resourcePattern(name, reading));
  const [only] = patterns;
  const includes: Matcher =
    only !== undefined && patterns.length === 1
      ? only
      : (resource, context) => patterns.some((matches) => matches(resource, context));
  if (isNot) return [named.length === 0, (resource, context) => !includes(resource, context)];
  return [hasAll, hasAll ? () => true : includes];
}
