// One condition of a statement: what a request's values of a key must be. It finds out what the
// request says, and how often; how values are compared is the operator's.

import type { ConditionText } from './document.ts';
import { operatorNamed, type NamedOperator, type Reading } from './operator.ts';
import { isMissing, isNames, type Context, type Names } from './context.ts';

export interface Condition {
  /**
   * Whether it holds. Where a key has several values and the operator none of the set qualifiers,
   * each value is judged for itself, as if there were a request for each: leave is needed for all
   * of them, and one that is denied is enough.
   */
  readonly holds: (context: Context, effect: 'Allow' | 'Deny') => boolean;
  /** The key, in lower case, where it never holds without a value of it. */
  readonly needs: string | undefined;
}

/** Of an operator that IAM has: a document with another is no policy. */
export function conditionOf(
  { operator: name, key, values }: ConditionText,
  reading: Reading,
): Condition {
  const operator = operatorNamed(name);
  reading.keys.add(key);
  if (operator === undefined) return { holds: () => false, needs: undefined };
  const asked = key.toLowerCase();
  const test = operator.test(values, reading);
  if (operator.takes === 'presence')
    return {
      holds: (context) => test(String(isMissing(context(asked))), context),
      needs: undefined,
    };
  return operator.set === undefined ? ofOne(asked, operator, test) : ofSet(asked, operator, test);
}

type Test = ReturnType<NamedOperator['test']>;

/** What has several names is what one of them says, and is not what none of them says. */
const holdsOfNames = (
  { names }: Names,
  { isNegated }: NamedOperator,
  holds: (name: string) => boolean,
): boolean => (isNegated ? names.every(holds) : names.some(holds));

function ofOne(key: string, operator: NamedOperator, test: Test): Condition {
  const whenMissing = operator.isNegated || operator.ifExists;
  return {
    holds: (context, effect) => {
      const given = context(key);
      if (typeof given === 'string') return test(given, context);
      if (isMissing(given)) return whenMissing;
      const holds = (value: string): boolean => test(value, context);
      if (isNames(given)) return holdsOfNames(given, operator, holds);
      return effect === 'Allow' ? given.every(holds) : given.some(holds);
    },
    needs: whenMissing ? undefined : key,
  };
}

/** An empty text is as good as no value here. */
function ofSet(key: string, operator: NamedOperator, test: Test): Condition {
  const { ifExists } = operator;
  const isOfAll = operator.set === 'ForAllValues';
  return {
    holds: (context) => {
      const given = context(key);
      const holds = (value: string): boolean => test(value, context);
      if (isNames(given)) return holdsOfNames(given, operator, holds);
      const values = given === undefined || given === '' ? [] : [given].flat();
      if (isOfAll) return values.every(holds);
      return values.length === 0 ? ifExists && isMissing(given) : values.some(holds);
    },
    needs: isOfAll || ifExists ? undefined : key,
  };
}
