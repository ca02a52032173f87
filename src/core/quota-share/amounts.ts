// What a job holds of the capacity that quota shares are limited in, in whole numbers of each unit.
// Pure; whether a share has so much is for its books to say.

import { needsOfAll } from '../job/nodes.ts';
import type { JobTerms } from '../job/terms.ts';

/** By unit, each once; never zero. VCPU counts in thousandths, every other unit as it is. */
export type Amounts = readonly (readonly [unit: string, amount: number])[];

/** So many are one of the unit in which limits and figures are shown. */
export const partsOf = (unit: string): number => (unit === 'VCPU' ? 1000 : 1);

/**
 * What one attempt holds: of a multi-node parallel job that of its main node, or of a node; of a
 * service job instances.
 */
export function amountsOf({ needs, service }: Pick<JobTerms, 'needs' | 'service'>): Amounts {
  if (service !== undefined) return [[service.instanceType, service.instances]];
  const { milliVcpu, memoryMib, gpus } = needs;
  const amounts: [string, number][] = [];
  if (milliVcpu > 0) amounts.push(['VCPU', milliVcpu]);
  if (memoryMib > 0) amounts.push(['MEMORY', memoryMib]);
  if (gpus > 0) amounts.push(['GPU', gpus]);
  return amounts;
}

/** … of all nodes together. */
export const amountsOfAll = (terms: Pick<JobTerms, 'needs' | 'nodes' | 'service'>): Amounts =>
  amountsOf({ needs: needsOfAll(terms), service: terms.service });
