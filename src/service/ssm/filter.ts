// The filters of lists of parameters: a parameter must pass each, by any of its values.

import type { ParametersFilter, ParameterStringFilter } from '@aws-sdk/client-ssm';
import { lengthIn } from '../constraint.ts';
import { badFilterKey, badFilterOption, badFilterValue } from './error.ts';
import type { Parameter } from './resources.ts';
import { dataType } from './show.ts';

type Test = (parameter: Parameter) => boolean;

/** What a filter looks at, by its key; a parameter may have none of it, or several. */
const texts: Readonly<Record<string, (parameter: Parameter) => readonly string[]>> = {
  Name: ({ name }) => [rooted(name)],
  Type: ({ current }) => [current.type],
  KeyId: ({ current }) => (current.keyId === undefined ? [] : [current.keyId]),
  Tier: ({ current }) => [current.tier],
  DataType: () => [dataType],
  Label: ({ labels, current }) =>
    Object.keys(labels).filter((label) => labels[label] === current.version),
};

/** `allowed`: the keys that the operation knows; `tag:` stands for all of tags. */
export function filterOf(
  filters: readonly ParameterStringFilter[] = [],
  allowed: readonly string[],
): Test {
  lengthIn(filters, 0, 50, 'parameterFilters');
  const tests = filters.map(({ Key: key = '', Option: option, Values: values = [] }) => {
    lengthIn(values, 0, 50, 'parameterFilters.member.values');
    const isTag = key.startsWith('tag:') && key.length > 4;
    if (!allowed.includes(isTag ? 'tag:' : key)) throw badFilterKey(key.slice(0, 132));
    if (values.length === 0 && !isTag)
      throw badFilterValue(`The following filter values are missing: null for filter key ${key}`);
    if (key === 'Path') return pathTest(option, values);
    return textTest(isTag ? tagText(key.slice(4)) : (texts[key] ?? none), option, key, values);
  });
  return (parameter) => tests.every((test) => test(parameter));
}

const none = (): readonly string[] => [];
const rooted = (name: string): string => (name.startsWith('/') ? name : `/${name}`);
const tagText =
  (tag: string) =>
  ({ tags }: Parameter): readonly string[] =>
    Object.hasOwn(tags, tag) ? [tags[tag] ?? ''] : [];

function textTest(
  textsOf: (parameter: Parameter) => readonly string[],
  option: string | undefined,
  key: string,
  values: readonly string[],
): Test {
  const wanted =
    key === 'Name' && option !== 'Contains' ? values.map((value) => rooted(value)) : values;
  // A tag without values: that there is one.
  if (wanted.length === 0) return (parameter) => textsOf(parameter).length > 0;
  const fits = comparison(option, key);
  return (parameter) => textsOf(parameter).some((text) => wanted.some((want) => fits(text, want)));
}

function comparison(
  option: string | undefined,
  key: string,
): (text: string, wanted: string) => boolean {
  if (option === undefined || option === 'Equals') return (text, wanted) => text === wanted;
  if (option === 'BeginsWith') return (text, wanted) => text.startsWith(wanted);
  if (option === 'Contains' && key === 'Name') return (text, wanted) => text.includes(wanted);
  throw badFilterOption(option.slice(0, 10));
}

function pathTest(option: string | undefined, values: readonly string[]): Test {
  if (option !== undefined && option !== 'OneLevel' && option !== 'Recursive')
    throw badFilterOption(option.slice(0, 10));
  return ({ name }) => values.some((path) => isBelow(name, rooted(path), option === 'Recursive'));
}

/** `path` begins with a slash, and may end with one. */
export function isBelow(name: string, path: string, recursive: boolean): boolean {
  const above = path.endsWith('/') ? path : `${path}/`;
  const full = rooted(name);
  return full.startsWith(above) && (recursive || !full.slice(above.length).includes('/'));
}

/** DescribeParameters' older form: names of filters whose texts begin with a value. */
export function olderFilters(filters: readonly ParametersFilter[] = []): ParameterStringFilter[] {
  return filters.map(({ Key, Values }) => ({
    Key,
    Values,
    Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
  }));
}
