// Room for large bodies: who has it, who waits for it, and in which order they get it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BodyRoom } from './body-room.ts';

class Scene {
  readonly room = new BodyRoom({ large: 10, most: 100 });
  readonly had: string[] = [];

  take(name: string, characters: number): void {
    const again = (): void => {
      if (this.room.take(characters, again)) this.had.push(name);
    };
    again();
  }
}

it('is bounded for large ones together, and never for small ones', () => {
  const scene = new Scene();
  scene.take('a', 60);
  scene.take('b', 50);
  for (let count = 0; count < 100; count++) scene.take('small', 9);
  scene.take('c', 40);
  assert.deepEqual(
    scene.had.filter((name) => name !== 'small'),
    ['a'],
    'nobody goes by who waits',
  );
  assert.equal(scene.had.length, 101);
  scene.room.give(60);
  assert.deepEqual(scene.had.slice(-2), ['b', 'c']);
});

it('is had by one that is larger than all of it, alone', () => {
  const scene = new Scene();
  scene.take('a', 20);
  scene.take('huge', 500);
  assert.deepEqual(scene.had, ['a']);
  scene.room.give(20);
  assert.deepEqual(scene.had, ['a', 'huge']);
  scene.take('b', 20);
  assert.deepEqual(scene.had, ['a', 'huge']);
  scene.room.give(500);
  assert.deepEqual(scene.had, ['a', 'huge', 'b']);
});

it('goes to those who wait in their order, as many as there is room for', () => {
  const scene = new Scene();
  scene.take('a', 100);
  for (const name of ['b', 'c', 'd', 'e']) scene.take(name, 40);
  assert.deepEqual(scene.had, ['a']);
  scene.room.give(100);
  assert.deepEqual(scene.had, ['a', 'b', 'c']);
  scene.room.give(40);
  scene.room.give(40);
  assert.deepEqual(scene.had, ['a', 'b', 'c', 'd', 'e']);
});
