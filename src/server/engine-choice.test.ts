// Which engine is taken, by what is named, what the data directory says, who asks, and whether
// Docker answers.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { DockerAnswers } from '../engine/docker/docker-answers.ts';
import type { EngineChoice } from './config.ts';
import {
  chooseEngine,
  NoEngine,
  WaitEnded,
  whatBecomesOf,
  type EngineRules,
} from './engine-choice.ts';
import { recordedEngine, recordEngine, type EngineKind } from './engine-record.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-choice-'));
after(() => rmSync(root, { recursive: true, force: true }));

const there: DockerAnswers = { answers: true, version: '1' };
const away: DockerAnswers = { answers: false, why: 'nobody listens', misconfigured: false };

let count = 0;
function directory({
  record,
  history,
}: {
  record?: EngineKind | undefined;
  history?: boolean | undefined;
}): string {
  const path = join(root, String(count++));
  mkdirSync(path);
  if (history) writeFileSync(join(path, 'longshore.db'), '');
  if (record !== undefined) recordEngine(path, record);
  return path;
}

const upRules: EngineRules = { mayTakeProcesses: true };
const never: EngineRules = { mayTakeProcesses: false };

test('an engine is taken only where it is named, was there before, or nothing was', async () => {
  const cases: {
    engine: EngineChoice;
    record?: EngineKind;
    history?: boolean;
    takesCurrentCluster?: boolean;
    docker: DockerAnswers;
    rules: EngineRules;
    takes: EngineKind | 'nothing';
  }[] = [
    { engine: 'auto', docker: there, rules: upRules, takes: 'docker' },
    { engine: 'auto', docker: away, rules: upRules, takes: 'process' },
    { engine: 'auto', docker: there, rules: never, takes: 'docker' },
    { engine: 'auto', docker: away, rules: never, takes: 'nothing' },
    { engine: 'auto', record: 'docker', docker: there, rules: upRules, takes: 'docker' },
    { engine: 'auto', record: 'docker', docker: away, rules: upRules, takes: 'nothing' },
    { engine: 'auto', record: 'docker', docker: away, rules: never, takes: 'nothing' },
    { engine: 'auto', record: 'process', docker: there, rules: upRules, takes: 'process' },
    { engine: 'auto', record: 'fake', docker: there, rules: never, takes: 'fake' },
    { engine: 'auto', history: true, docker: away, rules: upRules, takes: 'nothing' },
    { engine: 'auto', history: true, docker: there, rules: upRules, takes: 'docker' },
    { engine: 'docker', record: 'process', docker: away, rules: upRules, takes: 'nothing' },
    { engine: 'process', record: 'docker', docker: away, rules: never, takes: 'process' },
    { engine: 'fake', docker: away, rules: never, takes: 'fake' },
    { engine: 'none', docker: there, rules: upRules, takes: 'none' },
    { engine: 'none', record: 'docker', docker: away, rules: never, takes: 'none' },
    { engine: 'auto', record: 'none', docker: there, rules: never, takes: 'none' },
    { engine: 'auto', takesCurrentCluster: true, docker: there, rules: upRules, takes: 'none' },
    {
      engine: 'auto',
      takesCurrentCluster: true,
      record: 'docker',
      docker: there,
      rules: upRules,
      takes: 'docker',
    },
  ];
  for (const { takes, rules, docker, engine, takesCurrentCluster = false, ...kept } of cases) {
    const config = { engine, takesCurrentCluster, dataDir: directory(kept) };
    const choice = chooseEngine(config, rules, async () => docker);
    const what = JSON.stringify({
      engine,
      takesCurrentCluster,
      ...kept,
      docker: docker.answers,
      ...rules,
    });
    if (takes === 'nothing')
      await assert.rejects(
        choice,
        (error) =>
          error instanceof NoEngine && /nobody listens.*--engine process/.test(error.message),
        what,
      );
    else assert.equal((await choice).kind, takes, what);
  }
});

test('a wait ends when Docker answers, or when the caller ends it; what can never be right is not waited for', async () => {
  const told: string[] = [];
  const ended = new AbortController();
  const rules: EngineRules = {
    mayTakeProcesses: false,
    wait: { until: ended.signal, tell: (line) => told.push(line) },
  };
  const dataDir = directory({ record: 'docker', history: true });
  const answers = [away, away, there];
  assert.equal(
    (await chooseEngine({ engine: 'auto', dataDir }, rules, async () => answers.shift() ?? there))
      .kind,
    'docker',
  );
  assert.equal(told.length, 1, 'it is not said each second');
  assert.match(
    told[0] ?? '',
    /^waiting for Docker: this data directory's jobs run on Docker, and Docker does not answer: nobody listens/,
  );
  await assert.rejects(
    chooseEngine({ engine: 'auto', dataDir }, rules, async () => ({
      ...away,
      misconfigured: true,
    })),
    NoEngine,
  );
  const waiting = chooseEngine({ engine: 'auto', dataDir }, rules, async () => {
    ended.abort();
    return away;
  });
  await assert.rejects(waiting, WaitEnded);
});

test('the engine of before is told where another one is named', async () => {
  const dataDir = directory({ record: 'docker' });
  assert.equal((await chooseEngine({ engine: 'fake', dataDir }, never)).instead, 'docker');
  recordEngine(dataDir, 'fake');
  assert.equal((await chooseEngine({ engine: 'fake', dataDir }, never)).instead, undefined);
  assert.match(whatBecomesOf(2, 'docker', 'abc'), /^2 attempts .* label=longshore.instance=abc/);
});

test('a record that is damaged is told', () => {
  const dataDir = directory({ record: 'docker' });
  writeFileSync(join(dataDir, 'engine'), 'proc');
  assert.throws(
    () => recordedEngine(dataDir),
    /engine should name the engine of this data directory/,
  );
});
