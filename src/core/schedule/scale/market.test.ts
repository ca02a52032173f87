// The market from a file: prices and pools, and what is said of a wrong line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec2Catalogue } from '../../instance-type/catalogue.ts';
import { defaultMarket, MarketError, parseMarket, spotPercentOf, withoutTaken } from './market.ts';

const market = parseMarket(
  '# prices\nspot: 25 %\nspot m5: 35%\n\nspot m5.large: 40 %, 20 instances   # scarce\np3.2xlarge: 4 instances\n',
  ec2Catalogue,
);
const percentOf = (name: string): number => spotPercentOf(ec2Catalogue.type(name)!, market);

test('a type’s price goes before its family’s, and that before all', () => {
  assert.deepEqual(['m5.large', 'm5.xlarge', 'c5.large'].map(percentOf), [40, 35, 25]);
});

test('pools hold so many at once, on demand and on Spot apart', () => {
  assert.deepEqual(
    market.pools,
    new Map([
      ['spot m5.large', 20],
      ['p3.2xlarge', 4],
    ]),
  );
  assert.deepEqual(
    withoutTaken(market, ['p3.2xlarge', 'p3.2xlarge', 'm5.large', 'spot p3.2xlarge']).pools,
    new Map([
      ['spot m5.large', 20],
      ['p3.2xlarge', 2],
    ]),
  );
  assert.equal(
    withoutTaken(
      market,
      Array.from({ length: 9 }, () => 'p3.2xlarge'),
    ).pools.get('p3.2xlarge'),
    0,
  );
});

test('an empty file is the default', () => {
  assert.deepEqual(parseMarket('\n# nothing\n', ec2Catalogue), defaultMarket);
});

test('Spot may cost as much as on demand', () => {
  assert.equal(parseMarket('spot: 100 %', ec2Catalogue).spotPercent, 100);
});

const wrong: [string, RegExp][] = [
  ['spot: 30 %\nnonsense', /^line 2: 'nonsense' is not understood/],
  ['m99: 3 instances', /^line 1: m99 is no instance type or family/],
  ['m5.large: 30 %', /^line 1: only Spot has a price/],
  ['spot m5.large: 101 %', /^line 1: Spot costs at most 100 %/],
  ['spot m5.large: cheap', /^line 1: 'cheap' is neither/],
  ['spot m5: 3 instances', /^line 1: a number of instances is of one instance type/],
  ['spot: 3 instances', /^line 1: a number of instances is of one instance type/],
];

for (const [text, message] of wrong) {
  test(`a market is refused: ${message.source}`, () => {
    assert.throws(
      () => parseMarket(text, ec2Catalogue),
      (error) => error instanceof MarketError && message.test(error.message),
    );
  });
}
