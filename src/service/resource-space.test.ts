// Views and changes of a space: what a change was decided on still holds when it takes place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scope } from '../../test/house/caller.ts';
import { envelope, Rig } from '../../test/house/rig.ts';
import { ResourceSpace } from './resource-space.ts';

interface Kinds {
  readonly box: { readonly size: number };
  readonly lid: { readonly of: string };
  readonly key: { readonly id: string };
}

function boxes() {
  const rig = new Rig();
  const make = () =>
    new ResourceSpace<Kinds>({
      service: 'toy',
      bus: rig.control.bus,
      reader: rig.control.reader.resources,
      seed: (draft, _scope, ids) => {
        draft.put('box', 'default', { size: 1 });
        draft.put('key', 'default', { id: ids.random() });
      },
    });
  const space = make();
  const changeOf =
    (one: typeof space) =>
    <T>(decide: Parameters<typeof space.change<T>>[2]): Promise<T> =>
      rig.settled(one.change(scope, envelope, decide));
  return {
    change: changeOf(space),
    /** By another one, on the same rows. */
    changeElsewhere: changeOf(make()),
    space,
    view: () => space.view(scope),
    version: () => rig.control.reader.resources.resourceVersion({ service: 'toy', scope }),
  };
}

test('what a new account has is shown, the same each time, and written with its first change', async () => {
  const { view, change, version } = boxes();
  assert.deepEqual((await view()).all('box'), [{ size: 1 }]);
  assert.deepEqual((await view()).get('box', 'default'), { size: 1 });
  const { id } = (await view()).get('key', 'default') ?? {};
  assert.match(id ?? '', /^[0-9a-f]{32}$/);
  await change((draft) => draft.all('box'));
  await assert.rejects(
    change((draft) => {
      draft.put('box', 'a', { size: 2 });
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal(version(), 0, 'what is only looked at, and what fails, writes nothing');
  await change((draft) => draft.put('box', 'a', { size: 2 }));
  assert.equal(version(), 1);
  assert.deepEqual((await view()).all('box'), [{ size: 2 }, { size: 1 }]);
  assert.deepEqual((await view()).get('key', 'default'), { id });
});

test('a draft sees its own changes, in the order of ids', async () => {
  const { change, view } = boxes();
  await change((draft) => {
    draft.put('box', 'b', { size: 2 });
    draft.put('box', 'a', { size: 3 });
    draft.remove('box', 'default');
    assert.deepEqual(draft.all('box'), [{ size: 3 }, { size: 2 }]);
    assert.equal(draft.get('box', 'default'), undefined);
  });
  assert.deepEqual((await view()).all('box'), [{ size: 3 }, { size: 2 }]);
});

test('what is thrown is the answer, and nothing changes', async () => {
  const { change, view } = boxes();
  await assert.rejects(
    change((draft) => {
      draft.put('box', 'a', { size: 2 });
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal((await view()).get('box', 'a'), undefined);
});

test('a change is decided again when another one came in between', async () => {
  const { change, changeElsewhere, view } = boxes();
  await view();
  let decisions = 0;
  const other = changeElsewhere((draft) => draft.remove('box', 'default'));
  await assert.rejects(
    change((draft) => {
      decisions++;
      if (draft.get('box', 'default') === undefined) throw new Error('the box is gone');
      draft.put('lid', 'l', { of: 'default' });
    }),
    /the box is gone/,
  );
  await other;
  assert.equal(decisions, 2);
  assert.deepEqual((await view()).all('lid'), []);
});

test('many changes at once are decided once each, in the order in which they came', async () => {
  const { change, view } = boxes();
  await view();
  let decisions = 0;
  const seen = await Promise.all(
    Array.from({ length: 50 }, (_none, at) =>
      change((draft) => {
        decisions++;
        draft.put('box', `b${at}`, { size: at });
        return draft.all('box').length;
      }),
    ),
  );
  assert.equal(decisions, 50);
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_none, at) => at + 2),
  );
});

test('one that fails does not hold up the next', async () => {
  const { change, view } = boxes();
  const failing = change(() => {
    throw new Error('no');
  });
  const next = change((draft) => draft.put('lid', 'l', { of: 'x' }));
  await assert.rejects(failing, /no/);
  await next;
  assert.equal((await view()).all('lid').length, 1);
});

test('a decision that changes nothing writes nothing', async () => {
  const { change, version } = boxes();
  await change((draft) => draft.put('lid', 'l', { of: 'x' }));
  assert.equal(await change((draft) => draft.all('box').length), 1);
  assert.equal(version(), 1);
});

test('many are read by pages, with what the change itself has done', async () => {
  const { view, change } = boxes();
  await change((draft) => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) draft.put('box', id, { size: id.charCodeAt(0) });
    draft.remove('box', 'default');
  });
  const sizes = (found: readonly { readonly size: number }[]): string =>
    String.fromCharCode(...found.map(({ size }) => size));
  assert.equal(sizes((await view()).from('box', '', 3)), 'abc');
  assert.equal(sizes((await view()).from('box', 'c', 9)), 'cde');
  await change((draft) => {
    draft.remove('box', 'b');
    draft.put('box', 'bb', { size: 66 });
    draft.put('box', 'z', { size: 90 });
    assert.equal(sizes(draft.from('box', 'a', 3)), 'aBc');
    assert.equal(sizes(draft.from('box', 'd', 9)), 'deZ');
  });
});

test('whoever watches hears of each change once it is durable', async () => {
  const { space, change } = boxes();
  const heard: unknown[] = [];
  space.watch((of, { put, remove }) => heard.push([of, put, remove]));
  await change((draft) => draft.put('box', 'default', { size: 3 }));
  await change((draft) => draft.remove('box', 'default'));
  await change((draft) => draft.all('box'));
  assert.deepEqual(heard.map((each) => (each as unknown[]).slice(1)).at(-1), [
    [],
    [{ kind: 'box', id: 'default' }],
  ]);
  assert.equal(heard.length, 2);
});
