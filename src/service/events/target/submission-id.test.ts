// Ids of jobs that events bring about: they follow from the event and its target alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import type { Delivery } from '../../../port/delivery.ts';
import { submissionId } from './submission-id.ts';

const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  scope,
  lane: { kind: 'rule-target', id: 'default/r/1' },
  number: 7,
  sinceMs: 1_700_000_000_000,
  attempts: 0,
  body: '',
  ...more,
});
const event = '{"id":"1"}';

it('is the same however often the event is held against its rule, and delivered', () => {
  const id = submissionId(delivery(), event);
  assert.match(id, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  assert.equal(submissionId(delivery({ number: 8, attempts: 3 }), event), id);
});

it('is another for another event, and at another target', () => {
  const id = submissionId(delivery(), event);
  assert.notEqual(submissionId(delivery(), '{"id":"2"}'), id);
  const lane = { kind: 'rule-target', id: 'default/r/2' };
  assert.notEqual(submissionId(delivery({ lane }), event), id);
});
