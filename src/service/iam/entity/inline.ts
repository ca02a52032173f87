// Inline policies, alike for users, groups and roles: they belong to one of them and have a name
// there. What a document permits is not judged here.

import type { ListRolePoliciesCommandOutput } from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { countedCharacters } from '../check.ts';
import { inlineTooLarge, noInlinePolicy } from '../error.ts';
import { page, type PageRequest } from '../page.ts';
import type { Entity, EntityKind } from '../resources.ts';
import { encodedDocument } from '../show.ts';

/** The entity with the policy, in place of one of the same name. */
export function withInline<E extends Entity>(
  kind: EntityKind,
  entity: E,
  name: string,
  document: string,
): E {
  const inline = Object.fromEntries([
    ...Object.entries(entity.inline).filter(([one]) => one !== name),
    [name, document],
  ]);
  const characters = Object.values(inline).reduce((sum, one) => sum + countedCharacters(one), 0);
  const most = limit.iam.inlinePolicyCharacters[kind];
  if (characters > most) throw inlineTooLarge(kind, entity.name, most);
  return { ...entity, inline };
}

export function withoutInline<E extends Entity>(kind: EntityKind, entity: E, name: string): E {
  if (!Object.hasOwn(entity.inline, name)) throw noInlinePolicy(kind, name);
  const kept = Object.entries(entity.inline).filter(([one]) => one !== name);
  return { ...entity, inline: Object.fromEntries(kept) };
}

/** As it travels. */
export function shownInline(kind: EntityKind, entity: Entity, name: string): string {
  const document = Object.hasOwn(entity.inline, name) ? entity.inline[name] : undefined;
  if (document === undefined) throw noInlinePolicy(kind, name);
  return encodedDocument(document);
}

/** A page of their names. */
export function inlinePage(
  { inline }: Entity,
  request: PageRequest,
): Omit<ListRolePoliciesCommandOutput, '$metadata'> {
  const { items, ...more } = page(Object.keys(inline).toSorted(), (name) => name, request);
  return { PolicyNames: [...items], ...more };
}
