// A queue with quota shares and what waits in it, for tests of the order and of preemption.

import { arn } from '../../src/base/ids.ts';
import { needs, type Case, type ExampleJob, type ExampleShare } from './world.ts';

export const q = arn('q');
export const sharedQueue = (shares: Record<string, ExampleShare>): Pick<Case, 'queues'> => ({
  queues: { q: { priority: 1, order: ['ce'], shares } },
});
export const vcpus = (count: number): Record<string, number> => ({ VCPU: count });
export const jobsOf = (share: string, count: number, more: object = {}): ExampleJob[] =>
  Array.from({ length: count }, () => ({ needs: needs(1), share, ...more }));
export const wide = needs(16, 16_384);
