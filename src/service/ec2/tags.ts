// CreateTags, DeleteTags and DescribeTags: of any resource, by its id.

import type {
  CreateTagsCommandInput,
  CreateTagsCommandOutput,
  DeleteTagsCommandInput,
  DeleteTagsCommandOutput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
} from '@aws-sdk/client-ec2';
import type { RequestContext, Access } from '../../wire/operation.ts';
import { orAny, requestTags, tagsOfList } from '../access.ts';
import { access, arnOf, onAll } from './access.ts';
import { change, view, type Ec2Operation } from './deps.ts';
import { page } from './describe.ts';
import {
  missing,
  noKeyPair,
  noPlacementGroup,
  noAllocation,
  noGroup,
  noImage,
  noInternetGateway,
  noNatGateway,
  noResource,
  noRouteTable,
  noSubnet,
  noTemplateId,
  noVpc,
  managedTags,
} from './error.ts';
import { filtered } from './filter.ts';
import {
  idPrefix,
  kindOf,
  type Ec2Draft,
  type Ec2Kind,
  type Ec2Kinds,
  type TagMap,
} from './resources.ts';
import { withTags } from './tag.ts';
import { limit } from '../../core/limit.ts';

const onEach = (
  action: string,
  { Resources: ids = [], Tags: tags }: CreateTagsCommandInput | DeleteTagsCommandInput,
  context: RequestContext,
): Access[] => [
  access(
    action,
    context,
    orAny(
      ids.map((id) =>
        arnOf(context, id.startsWith('sgr-') ? 'security-group-rule' : (kindOf(id) ?? '*'), id),
      ),
    ),
    () => requestTags(tagsOfList(tags)),
  ),
];

export const createTags: Ec2Operation<CreateTagsCommandInput, CreateTagsCommandOutput> = {
  authorizes: (input, context) => onEach('CreateTags', input, context),

  async handle(deps, input, context) {
    const { Tags: given = [] } = input;
    if (given.length === 0) throw missing('Tag');
    await change(deps, context, input, (draft) =>
      retag(draft, input.Resources, (tags) => withTags(tags, given)),
    );
    return {};
  },
};

export const deleteTags: Ec2Operation<DeleteTagsCommandInput, DeleteTagsCommandOutput> = {
  authorizes: (input, context) => onEach('DeleteTags', input, context),

  async handle(deps, input, context) {
    // Without tags all go; without a value the key goes whatever its value; with one, only where
    // that is its value.
    const goes = ([key, value]: [string, string]): boolean =>
      input.Tags === undefined ||
      input.Tags.length === 0 ||
      input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
    await change(deps, context, input, (draft) =>
      retag(draft, input.Resources, (tags) =>
        Object.fromEntries(Object.entries(tags).filter((tag) => !goes(tag))),
      ),
    );
    return {};
  },
};

const notFound: Readonly<Record<Ec2Kind, (id: string) => Error>> = {
  vpc: noVpc,
  subnet: noSubnet,
  'security-group': noGroup,
  'internet-gateway': noInternetGateway,
  natgateway: noNatGateway,
  'elastic-ip': noAllocation,
  'route-table': noRouteTable,
  'key-pair': noKeyPair,
  'placement-group': noPlacementGroup,
  image: noImage,
  'launch-template': noTemplateId,
  instance: managedTags,
};

function retag(
  draft: Ec2Draft,
  ids: readonly string[] | undefined,
  next: (tags: TagMap) => TagMap,
): void {
  if (ids === undefined || ids.length === 0) throw missing('ResourceId');
  if (ids.length > limit.ec2.resourcesTaggedAtOnce)
    throw noResource(`${ids.length} resources, of at most ${limit.ec2.resourcesTaggedAtOnce}`);
  for (const id of ids) {
    if (id.startsWith('sgr-')) retagRule(draft, id, next);
    else {
      const kind = kindOf(id);
      if (kind === undefined) throw noResource(id);
      retagOne(draft, kind, id, next);
    }
  }
}

function retagOne<K extends Ec2Kind>(
  draft: Ec2Draft,
  kind: K,
  id: string,
  next: (tags: TagMap) => TagMap,
): void {
  const body: Ec2Kinds[K] | undefined = draft.get(kind, id);
  if (body === undefined) throw notFound[kind](id);
  draft.put(kind, id, { ...body, tags: next(body.tags) });
}

/** Rules live in their groups. */
function retagRule(draft: Ec2Draft, id: string, next: (tags: TagMap) => TagMap): void {
  const group = draft
    .all('security-group')
    .find(({ rules }) => rules.some((rule) => rule.id === id));
  if (group === undefined) throw noResource(id);
  draft.put('security-group', group.id, {
    ...group,
    rules: group.rules.map((rule) => (rule.id === id ? { ...rule, tags: next(rule.tags) } : rule)),
  });
}

interface TagRow {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly value: string;
}

const rowKey = ({ id, key }: TagRow): string => `${id} ${key}`;

export const describeTags: Ec2Operation<DescribeTagsCommandInput, DescribeTagsCommandOutput> = {
  authorizes: (_input, context) => onAll('DescribeTags', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const rows: TagRow[] = [];
    const add = (
      kind: string,
      { id, tags }: { readonly id: string; readonly tags: TagMap },
    ): void => {
      for (const [key, value] of Object.entries(tags)) rows.push({ id, kind, key, value });
    };
    for (const kind of Object.keys(idPrefix) as Ec2Kind[])
      for (const body of ec2.all(kind)) add(kind, body);
    for (const { rules } of ec2.all('security-group'))
      for (const rule of rules) add('security-group-rule', rule);
    rows.sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
    const tagged = (name: string): boolean => name.startsWith('tag:');
    // `tag:KEY` means the value of that key here.
    const byKey = Object.fromEntries(
      (input.Filters ?? []).flatMap(({ Name: name = '' }) =>
        tagged(name)
          ? [
              [
                name,
                (row: TagRow) => (row.key === name.slice('tag:'.length) ? row.value : undefined),
              ],
            ]
          : [],
      ),
    );
    const found = filtered(rows, input.Filters, {
      key: (row) => row.key,
      value: (row) => row.value,
      'resource-id': (row) => row.id,
      'resource-type': (row) => row.kind,
      ...byKey,
    });
    const { items, NextToken } = page(found, rowKey, input);
    return {
      Tags: items.map(({ id, kind, key, value }) => ({
        ResourceId: id,
        ResourceType: kind as 'vpc',
        Key: key,
        Value: value,
      })),
      NextToken,
    };
  },
};
