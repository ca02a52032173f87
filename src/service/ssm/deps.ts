// What every operation of Parameter Store works with, and parameters as requests name them.

import type { Scope } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { nameIn } from './arn.ts';
import { noParameter, noVersion, notDecrypted } from './error.ts';
import {
  versionKey,
  versionOf,
  type Parameter,
  type ParameterDraft,
  type ParameterKinds,
  type ParameterVersion,
  type ParameterView,
} from './resources.ts';

export interface SsmDeps {
  readonly space: ResourceSpace<ParameterKinds>;
  readonly clock: Pick<Clock, 'now'>;
  readonly sealer: Sealer;
}

export type SsmOperation<Input, Output> = Operation<SsmDeps, Input, Omit<Output, '$metadata'>>;

export const view = ({ space }: SsmDeps, { scope }: RequestContext): Promise<ParameterView> =>
  space.view(scope);
export const change = <T>(
  { space }: SsmDeps,
  context: RequestContext,
  decide: (draft: ParameterDraft) => T,
): Promise<T> => space.change(context.scope, context, decide);

/** A parameter by name or ARN; what stands behind a colon is no part of the name. */
export function parameterNamed(
  parameters: ParameterView,
  scope: Scope,
  id: string | undefined = '',
): Parameter {
  const parameter = parameters.get('parameter', nameIn(parameters, scope, id));
  if (parameter === undefined) throw noParameter(id);
  return parameter;
}

export interface Selected {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
  /** With its colon, as answers repeat it; absent: the current one was meant. */
  readonly selector?: string | undefined;
}

/** A version by `name`, `name:3`, `name:label`, or an ARN in place of the name. */
export function selected(parameters: ParameterView, scope: Scope, id: string): Selected {
  const given = nameIn(parameters, scope, id);
  const colon = given.indexOf(':');
  const name = colon < 0 ? given : given.slice(0, colon);
  const parameter = parameters.get('parameter', name);
  if (parameter === undefined) throw noParameter(id);
  if (colon < 0) return { parameter, version: parameter.current };
  const wanted = given.slice(colon + 1);
  const labelled = Object.hasOwn(parameter.labels, wanted) ? parameter.labels[wanted] : undefined;
  const number = /^\d{1,9}$/.test(wanted) ? Number(wanted) : labelled;
  if (number === undefined) throw noParameter(id);
  const version = versionOf(parameters, parameter, number);
  if (version === undefined) throw noVersion(name, number);
  return { parameter, version, selector: given.slice(colon) };
}

const about = (scope: Scope, name: string, version: number): string =>
  `parameter ${scope} ${name} ${version}`;

export const seal = (
  { sealer }: SsmDeps,
  scope: Scope,
  name: string,
  version: number,
  value: string,
): string => sealer.seal(value, about(scope, name, version));

export function opened(
  { sealer }: Pick<SsmDeps, 'sealer'>,
  scope: Scope,
  { name }: Parameter,
  { version, sealed }: ParameterVersion,
): string {
  const value = sealer.open(sealed, about(scope, name, version));
  if (value === undefined) throw notDecrypted(name);
  return value;
}

/** Names of parameters that the server's key does not open, over all accounts and regions. */
export async function unopenedParameters({
  space,
  sealer,
}: Pick<SsmDeps, 'space' | 'sealer'>): Promise<string[]> {
  const names: string[] = [];
  for (const scope of space.scopes())
    for (const { name, current } of (await space.view(scope)).all('parameter'))
      if (sealer.open(current.sealed, about(scope, name, current.version)) === undefined)
        names.push(name);
  return names;
}

/** With all its versions. */
export function remove(draft: ParameterDraft, { name, oldest, current }: Parameter): void {
  for (let version = oldest; version < current.version; version++)
    draft.remove('version', versionKey(name, version));
  draft.remove('parameter', name);
  count(draft, -1);
}

/** Answers how many there are with it. */
export function count(draft: ParameterDraft, more: 1 | -1): number {
  const parameters = (draft.get('count', 'parameters')?.parameters ?? 0) + more;
  draft.put('count', 'parameters', { parameters });
  return parameters;
}
