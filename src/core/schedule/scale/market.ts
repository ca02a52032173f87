// What instances can be had, and at which Spot price. There is no market to ask: configuration says
// it, one rule a line.

import type { Catalogue } from '../../instance-type/catalogue.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';

export interface Market {
  /** Spot price in percent of the on-demand price, where no other is set. */
  readonly spotPercent: number;
  /** By type or family; the type goes first. */
  readonly spotPercentOf: ReadonlyMap<string, number>;
  /**
   * A pool is the instances of one type and one way of buying, by {@link poolOf}: how many there
   * can be at once, in all environments together. One that is not named has no end.
   */
  readonly pools: ReadonlyMap<string, number>;
}

export const defaultMarket: Market = {
  spotPercent: 30,
  spotPercentOf: new Map(),
  pools: new Map(),
};

/** The name of a pool: `m5.large`, or `spot m5.large`. */
export const poolOf = (type: InstanceType, spot: boolean): string =>
  spot ? `spot ${type.name}` : type.name;

export function spotPercentOf(type: InstanceType, market: Market): number {
  return (
    market.spotPercentOf.get(type.name) ??
    market.spotPercentOf.get(type.family) ??
    market.spotPercent
  );
}

/** The market without the instances that are taken from it, each by the name of its pool. */
export function withoutTaken(market: Market, taken: Iterable<string>): Market {
  const pools = new Map(market.pools);
  for (const pool of taken) {
    const left = pools.get(pool);
    if (left !== undefined) pools.set(pool, Math.max(0, left - 1));
  }
  return { ...market, pools };
}

/** The text cannot be understood; `message` says what is wrong and in which line. */
export class MarketError extends Error {
  override name = 'MarketError';
}

/**
 * A market from the text of a file, such as
 *
 *     spot: 30 %
 *     spot m5: 35 %
 *     spot m5.large: 40 %, 20 instances
 *     p3.2xlarge: 4 instances
 *
 * Throws {@link MarketError}.
 */
export function parseMarket(text: string, catalogue: Catalogue): Market {
  let { spotPercent } = defaultMarket;
  const percents = new Map<string, number>();
  const pools = new Map<string, number>();
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') continue;
    const fail = (message: string): never => {
      throw new MarketError(`line ${index + 1}: ${message}`);
    };
    const [, spot, name = '', rules = ''] =
      /^(spot\b)?\s*([a-z0-9.-]*)\s*:(.*)$/.exec(line) ??
      fail(`'${line}' is not understood; a line reads 'spot m5.large: 40 %, 20 instances'`);
    if (name !== '' && catalogue.type(name) === undefined && catalogue.family(name).length === 0)
      fail(`${name} is no instance type or family that is known here`);
    for (const rule of rules.split(',').map((part) => part.trim())) {
      const [, percent, count] =
        /^(?:(\d{1,3}) ?%|(\d{1,9}) instances?)$/.exec(rule) ??
        fail(`'${rule}' is neither a price such as '40 %' nor a number such as '20 instances'`);
      if (percent !== undefined) {
        if (spot === undefined)
          fail('only Spot has a price in percent; write spot before the name');
        if (Number(percent) > 100) fail('Spot costs at most 100 % of the on-demand price');
        if (name === '') spotPercent = Number(percent);
        else percents.set(name, Number(percent));
      } else {
        const type =
          catalogue.type(name) ??
          fail('a number of instances is of one instance type, not of a family or of all');
        pools.set(poolOf(type, spot !== undefined), Number(count));
      }
    }
  }
  return { spotPercent, spotPercentOf: percents, pools };
}
