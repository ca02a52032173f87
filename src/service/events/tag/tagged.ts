// What has tags: rules and buses, by their ARNs.

import type { Tags } from '../../../wire/authorization.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { lengthIn, validation } from '../../constraint.ts';
import { namedByArn, namedRule } from '../arn.ts';
import { noBus, noRule, onlyManaged } from '../error.ts';
import { ruleKey, type EventsDraft, type EventsView } from '../resources.ts';

interface Tagged {
  readonly tags: Tags;
  /** Puts others in their place. */
  readonly put: (draft: EventsDraft, tags: Tags) => void;
}

export function taggedBy(
  events: EventsView,
  arn: string | undefined,
  { scope }: Pick<RequestContext, 'scope'>,
): Tagged {
  lengthIn(arn ?? '', 1, 1_600, 'resourceARN');
  const named = namedByArn(arn ?? '');
  const rule = named && namedRule(named.resource);
  const isHere = named?.scope === scope;
  if (rule !== undefined) {
    const found = isHere ? events.get('rule', ruleKey(rule)) : undefined;
    if (found === undefined) {
      // AWS looks for the bus first.
      if (!isHere || events.get('bus', rule.bus) === undefined) throw noBus(rule.bus);
      throw noRule(rule.name, rule.bus);
    }
    return {
      tags: found.tags,
      put(draft, tags) {
        if (found.archive !== undefined) throw onlyManaged(found.name);
        draft.put('rule', ruleKey(found), { ...found, tags });
      },
    };
  }
  if (named?.resource.startsWith('event-bus/') !== true)
    throw validation('Parameter ResourceARN is not valid: only rules and event buses have tags.');
  const name = named.resource.slice('event-bus/'.length);
  const bus = isHere ? events.get('bus', name) : undefined;
  if (bus === undefined) throw noBus(name);
  return { tags: bus.tags, put: (draft, tags) => draft.put('bus', name, { ...bus, tags }) };
}
