// Jobs that wait in one class: the first that still stands is found however many before it do not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId } from '../../../base/ids.ts';
import { needs } from '../../../../test/house/world.ts';
import { JobClass } from './job-class.ts';

test('thousands at the head that no longer stand are dropped, once', () => {
  const jobs = new JobClass(arn('q'), { needs: needs(1) });
  const count = 5_000;
  for (let rank = 0; rank < count; rank++) jobs.add({ rank, jobId: jobId(`j${rank}`) });
  let asked = 0;
  const stands = (id: string): boolean => {
    asked++;
    return Number(id.slice(1)) >= count - 1_000;
  };
  for (let again = 0; again < 3; again++)
    assert.equal(jobs.head(stands)?.jobId, `j${count - 1_000}`);
  assert.ok(asked <= count, `${asked} questions`);
  assert.equal(jobs.head((id) => id === `j${count - 1}`)?.jobId, `j${count - 1}`);
  assert.equal(
    jobs.head(() => false),
    undefined,
  );
});
