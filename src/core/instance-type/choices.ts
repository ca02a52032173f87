// What the `instanceTypes` of a compute environment stand for (doc/instance-types.md): exact types,
// families, and the bundles that Batch names. Keeps the user's order, which the ordered strategies
// go by.

import { refuse, type Refusal } from '../../base/refusal.ts';
import type { Catalogue } from './catalogue.ts';
import type { Architecture, InstanceType } from './instance-type.ts';

const defaultX86 = ['m6i', 'c6i', 'r6i', 'c7i'];

/**
 * Names of Batch's own, each with its families. `optimal` is what `default_x86_64` is since late
 * 2025.
 */
export const bundles: ReadonlyMap<string, readonly string[]> = new Map([
  ['optimal', defaultX86],
  ['default_x86_64', defaultX86],
  ['default_arm64', ['m6g', 'c6g', 'r6g', 'c7g']],
]);

/**
 * One entry of `instanceTypes` with the types that it stands for. No type stands in two choices of
 * an environment.
 */
export interface Choice {
  readonly name: string;
  readonly types: readonly InstanceType[];
}

const invalid = (message: string): Refusal =>
  refuse('invalid', `computeResources.instanceTypes: ${message}`);

/**
 * The choices in the order of the names. An exact type that also belongs to a listed family keeps
 * its own place and leaves the family's. Refused are names that nothing is known of, and types of
 * more than one architecture.
 */
export function choicesOf(
  names: readonly string[],
  catalogue: Catalogue,
): readonly Choice[] | Refusal {
  const taken = new Set(names.filter((name) => catalogue.type(name) !== undefined));
  const choices: Choice[] = [];
  for (const name of new Set(names)) {
    const all = typesOf(name, catalogue);
    if (all.length === 0) return unknownName(name, catalogue);
    const types = all.filter((type) => type.name === name || !taken.has(type.name));
    for (const type of types) taken.add(type.name);
    if (types.length > 0) choices.push({ name, types });
  }
  if (architecturesOf(names, catalogue).size > 1)
    return refuse('invalid', 'computeResources.instanceTypes must all have the same architecture.');
  return choices;
}

/**
 * The architectures of the names that the catalogue knows; one, unless they may not stand together.
 */
export function architecturesOf(
  names: readonly string[],
  catalogue: Catalogue,
): ReadonlySet<Architecture> {
  return new Set(
    names.flatMap((name) => typesOf(name, catalogue)).map((type) => type.architecture),
  );
}

/** Whether every type that `name` stands for is among those of the choices. */
export function covers(choices: readonly Choice[], name: string, catalogue: Catalogue): boolean {
  const types = typesOf(name, catalogue);
  return (
    types.length > 0 && types.every((type) => choices.some((choice) => choice.types.includes(type)))
  );
}

/** An exact name goes before a family, for a type of the user's own is both. */
function typesOf(name: string, catalogue: Catalogue): readonly InstanceType[] {
  const exact = catalogue.type(name);
  if (exact !== undefined) return [exact];
  return (bundles.get(name) ?? [name]).flatMap((family) => catalogue.family(family));
}

function unknownName(name: string, catalogue: Catalogue): Refusal {
  const [family = '', size] = name.split('.');
  const siblings = catalogue.family(family);
  if (size === undefined || siblings.length === 0)
    return invalid(`${name} is no instance type, family or bundle that is known here.`);
  return invalid(
    `the family ${family} has no size ${size}; it has ${siblings.map((type) => type.name.slice(family.length + 1)).join(', ')}.`,
  );
}
