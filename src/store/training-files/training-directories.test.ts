// What a container finds and what becomes of what it leaves, over a directory of the test's: with
// objects in memory, directories that the operator grants, and a container that is hostile.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { list } from 'tar';
import { attemptId } from '../../base/ids.ts';
import type { ObjectStore } from '../../port/object-store.ts';
import type { TrainingAttempt } from '../../core/service-job/training-attempt.ts';
import type { TrainingMounts } from '../../port/training-files.ts';
import { LeftFile, plainFiles } from './left-files.ts';
import { Places, type Grant } from './places.ts';
import { TrainingDirectories } from './training-directories.ts';

const id = attemptId('0123456789abcdef0123456789abcdef');
const least: TrainingAttempt = {
  attemptId: id,
  config: { 'hyperparameters.json': '{"a":"1"}' },
  hasHyperParameters: true,
  channels: [],
  output: { uri: 's3://out/job/output', compression: 'GZIP' },
  volumeSizeGib: 1,
};
const channel = (uri: string, type: 'S3Prefix' | 'ManifestFile' = 'S3Prefix', name = 'train') => ({
  name,
  source: { type, uri, distribution: 'FullyReplicated' as const },
});
const grants: readonly Grant[] = [
  { kind: 'bucket', bucket: 'in', prefix: 'data/', isWritable: false },
  { kind: 'bucket', bucket: 'out', prefix: '', isWritable: true },
];
/** All is stored, and no reason was said. */
const nothing = { reason: undefined };
const never = new AbortController().signal;

/** Buckets in memory; what fails is said by the test. */
class Objects {
  readonly all = new Map<string, string>();
  reads: string[] = [];
  puts: string[] = [];
  failing: (key: string) => Error | undefined = () => undefined;

  bucket(name: string): ObjectStore {
    const at = (key: string): string => `${name}/${key}`;
    const check = (key: string): void => {
      const error = this.failing(at(key));
      if (error !== undefined) throw error;
    };
    const { all } = this;
    return {
      async *list(prefix) {
        for (const [key, text] of [...all].toSorted(([one], [other]) => (one < other ? -1 : 1)))
          if (key.startsWith(at(prefix)))
            yield { key: key.slice(name.length + 1), bytes: Buffer.byteLength(text) };
      },
      read: async (key) => {
        this.reads.push(key);
        check(key);
        const bytes = Buffer.from(all.get(at(key)) ?? '');
        return (async function* chunks() {
          yield bytes.subarray(0, 1);
          yield bytes.subarray(1);
        })();
      },
      async probe(prefix) {
        check(prefix);
      },
      put: async (key, file, signal) => {
        this.puts.push(key);
        check(key);
        signal.throwIfAborted();
        const bytes = await file.piece(0, file.bytes);
        await file.confirm();
        all.set(at(key), Buffer.from(bytes).toString('latin1'));
      },
    };
  }
}

describe('training files', () => {
  let folder = '';
  let objects: Objects;
  let files: TrainingDirectories;
  const directories = (more: readonly Grant[] = []): TrainingDirectories =>
    new TrainingDirectories({
      root: join(folder, 'training'),
      places: new Places([...grants, ...more], (name) => objects.bucket(name)),
      hasRoom: () => true,
    });
  const at = (...path: string[]): string => join(folder, 'training', id, ...path);
  const read = (...path: string[]): string => readFileSync(at(...path), 'utf8');
  const prepared = async (attempt: TrainingAttempt): Promise<TrainingMounts> => {
    const mounts = await files.prepare(attempt, never);
    assert.ok('volumes' in mounts, JSON.stringify(mounts));
    return mounts;
  };
  const failure = async (attempt: TrainingAttempt): Promise<string> => {
    const mounts = await files.prepare(attempt, never);
    assert.ok('failure' in mounts, 'it was prepared');
    return mounts.failure;
  };
  const granted = (name: string, isWritable = false): Grant => {
    mkdirSync(join(folder, name), { recursive: true });
    return { kind: 'directory', path: join(folder, name), isWritable };
  };
  const uri = (path: string): string => `file://${folder}/${path}`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-training-'));
    objects = new Objects();
    files = directories();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are at hand where any user of a container may write, and gone when nobody needs them', async () => {
    const { volumes, mountPoints } = await prepared(least);
    assert.deepEqual(
      mountPoints.map(({ containerPath, readOnly }) => [containerPath, readOnly]),
      [
        ['/opt/ml/input', false],
        ['/opt/ml/model', false],
        ['/opt/ml/output', false],
      ],
    );
    assert.equal(volumes[1]?.host?.sourcePath, at('model'));
    assert.equal(read('input', 'config', 'hyperparameters.json'), '{"a":"1"}');
    assert.deepEqual(
      [statSync(at('model')).mode & 0o777, statSync(at()).mode & 0o777],
      [0o777, 0o700],
    );
    await files.remove(id);
    assert.equal(existsSync(at()), false);
    await files.remove(id);
  });

  it('come from a prefix, and are not asked for twice', async () => {
    objects.all.set('in/data/a', 'one').set('in/data/b/c', 'two').set('in/data/b/', '');
    const attempt = { ...least, channels: [channel('s3://in/data')] };
    let isBroken = true;
    objects.failing = (key) => (isBroken && key.endsWith('c') ? new Error('broken') : undefined);
    assert.match(await failure(attempt), /^Data download failed:broken$/);
    assert.deepEqual(readdirSync(at('partial')), []);
    isBroken = false;
    objects.reads = [];
    await prepared(attempt);
    assert.deepEqual(
      [read('input/data/train/a'), read('input/data/train/b/c'), objects.reads],
      ['one', 'two', ['data/b/c']],
    );
    // What is ready stays as it is, whatever becomes of the bucket.
    objects.all.clear();
    await prepared(attempt);
  });

  it('come from a manifest', async () => {
    objects.all.set('in/data/list', '[{"prefix":"s3://in/data/"},"x/1","2"]');
    objects.all.set('in/data/x/1', 'one').set('in/data/2', 'two').set('in/data/3', 'three');
    await prepared({ ...least, channels: [channel('s3://in/data/list', 'ManifestFile')] });
    assert.deepEqual(readdirSync(at('input/data/train')).toSorted(), ['2', 'x']);
    await files.remove(id);
    objects.all.delete('in/data/2');
    assert.match(
      await failure({ ...least, channels: [channel('s3://in/data/list', 'ManifestFile')] }),
      /"2" of the manifest is not there/,
    );
  });

  it('come from nowhere that is not granted', async () => {
    objects.all.set('in/database', 'x').set('other/data/x', 'x');
    objects.all.set('in/data/list', '[{"prefix":"s3://other/data/"},"x"]');
    for (const [one, message] of [
      [channel('s3://other/data'), /"s3:\/\/other\/data" is not among what/],
      [channel('s3://in/da'), /is not among what/],
      [channel('s3://in/data/list', 'ManifestFile'), /"s3:\/\/other\/data\/x" is not among/],
      [channel('file:///etc'), /"file:\/\/\/etc" is not among/],
      [channel('s3://in/data/none'), /No S3 objects found under S3 URL "s3:\/\/in\/data\/none"/],
    ] as const) {
      assert.match(await failure({ ...least, channels: [one] }), message);
      await files.remove(id);
    }
  });

  it('are refused where keys lead out, or two would be one, or they are too many bytes', async () => {
    objects.all.set('in/data/../../x', 'x');
    const attempt = { ...least, channels: [channel('s3://in/data/')] };
    assert.match(await failure(attempt), /can be no file/);
    assert.equal(existsSync(join(folder, 'training', 'x')), false);
    objects.all.clear();
    objects.all.set('in/data/x', 'x').set('in/data/x/y', 'x');
    await files.remove(id);
    assert.match(await failure(attempt), /folder, too|EEXIST|EISDIR|ENOTDIR/);
    objects.all.clear();
    objects.all.set('in/data/t/tx', 'x').set('in/data/tx', 'x');
    await files.remove(id);
    assert.match(
      await failure({ ...least, channels: [channel('s3://in/data/t')] }),
      /would be the same file/,
    );
    objects.all.clear();
    objects.all.set('in/data/x', 'x');
    await files.remove(id);
    assert.match(await failure({ ...attempt, volumeSizeGib: 0 }), /more than the 0 GiB/);
  });

  it('of a directory that is granted are mounted, and none of one that links lead to', async () => {
    const data = granted('data');
    mkdirSync(join(folder, 'data/train'));
    writeFileSync(join(folder, 'data/one.csv'), '1,2');
    mkdirSync(join(folder, 'secret'));
    symlinkSync('../secret', join(folder, 'data/out'));
    files = directories([data]);
    const { volumes, mountPoints } = await prepared({
      ...least,
      channels: [channel(uri('data/train/')), channel(uri('data/one.csv'), 'S3Prefix', 'one')],
    });
    assert.deepEqual(
      mountPoints
        .slice(3)
        .map(({ containerPath, readOnly }, index) => [
          containerPath,
          readOnly,
          volumes[index + 3]?.host?.sourcePath,
        ]),
      [
        ['/opt/ml/input/data/train', true, join(folder, 'data/train')],
        ['/opt/ml/input/data/one/one.csv', true, join(folder, 'data/one.csv')],
      ],
    );
    await files.remove(id);
    for (const [path, message] of [
      ['data/out', /leads out of what is granted/],
      ['data/../secret', /leads out of what is granted/],
      ['data/none', /is not there/],
      ['database', /is not among/],
    ] as const)
      assert.match(await failure({ ...least, channels: [channel(uri(path))] }), message);
  });

  it('that are left are stored: an archive, checkpoints one by one, links as links', async () => {
    const attempt = withCheckpoints;
    objects.all.set('out/checkpoints/step', '1').set('out/checkpoints-of-others', 'x');
    const { mountPoints } = await prepared(attempt);
    assert.equal(mountPoints.at(-1)?.containerPath, '/opt/ml/checkpoints');
    assert.deepEqual([read('checkpoints/step'), readdirSync(at('checkpoints'))], ['1', ['step']]);
    writeFileSync(at('checkpoints/step'), '2');
    mkdirSync(at('checkpoints/deep'));
    writeFileSync(at('checkpoints/deep/x'), 'x');
    writeFileSync(at('model/@weights'), 'w');
    mkdirSync(at('model/deep'));
    symlinkSync('/etc/passwd', at('model/deep/link'));
    for (const round of [1, 2])
      assert.deepEqual(await files.store(attempt, never), nothing, String(round));
    assert.deepEqual(
      [objects.all.get('out/checkpoints/step'), objects.all.get('out/checkpoints/deep/x')],
      ['2', 'x'],
    );
    const entries: string[] = [];
    const path = join(folder, 'model.tar.gz');
    writeFileSync(path, objects.all.get('out/job/output/model.tar.gz') ?? '', 'latin1');
    await list({ file: path, onReadEntry: (entry) => entries.push(`${entry.type} ${entry.path}`) });
    assert.deepEqual(entries.toSorted(), [
      'Directory deep/',
      'File @weights',
      'SymbolicLink deep/link',
    ]);
    assert.equal(objects.all.has('out/job/output/output.tar.gz'), false);
  });

  it('that are left go as they are where nothing is to be compressed', async () => {
    const attempt = { ...least, output: { ...least.output, compression: 'NONE' as const } };
    await prepared(attempt);
    writeFileSync(at('model/weights'), 'w');
    symlinkSync('/etc/passwd', at('model/link'));
    writeFileSync(at('output/data/plot'), 'p');
    assert.deepEqual(await files.store(attempt, never), nothing);
    assert.deepEqual(
      [...objects.all],
      [
        ['out/job/output/model/weights', 'w'],
        ['out/job/output/data/plot', 'p'],
      ],
    );
  });

  it('that are left go to a directory that is granted to be written, and to no other', async () => {
    files = directories([granted('models', true), granted('data')]);
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync('../elsewhere', join(folder, 'models/out'));
    const to = (path: string): TrainingAttempt => ({
      ...least,
      output: { uri: uri(path), compression: 'NONE' },
    });
    await prepared(to('models/a/b'));
    writeFileSync(at('model/weights'), 'w');
    assert.deepEqual(await files.store(to('models/a/b'), never), nothing);
    assert.equal(readFileSync(join(folder, 'models/a/b/model/weights'), 'utf8'), 'w');
    assert.match(
      (await files.store(to('data/x'), never)).failure ?? '',
      /lets training jobs write/,
    );
    assert.match(
      (await files.store(to('models/out'), never)).failure ?? '',
      /leads out of what is/,
    );
    assert.match((await files.store(to('models/../x'), never)).failure ?? '', /can be no file/);
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), []);
  });

  it('are not asked for where what is left could not be stored', async () => {
    const models = granted('models', true);
    writeFileSync(join(folder, 'models/file'), '');
    files = directories([models, granted('data')]);
    objects.all.set('in/data/a', 'one');
    objects.failing = (key) => (key === 'out/no/output/' ? new Error('NoSuchBucket') : undefined);
    const channels = [channel('s3://in/data')];
    const to = (place: string): TrainingAttempt => ({
      ...least,
      channels,
      output: { ...least.output, uri: place },
    });
    for (const [place, message] of [
      ['s3://none/job/output', /^OutputDataConfig: "s3:.*lets training jobs write/],
      ['s3://out/no/output', /^OutputDataConfig: NoSuchBucket$/],
      [uri('data/x'), /^OutputDataConfig: .*lets training jobs write/],
      [uri('models/file/x'), /^OutputDataConfig: /],
      [uri('models/../x'), /^OutputDataConfig: .*can be no file/],
    ] as const)
      assert.match(await failure(to(place)), message);
    const checkpoints = { uri: 's3://none/x', localPath: '/opt/ml/checkpoints' };
    assert.match(await failure({ ...least, channels, checkpoints }), /^CheckpointConfig: "s3:/);
    assert.deepEqual(objects.reads, []);
    await prepared(to(uri('models/new')));
    assert.deepEqual(readdirSync(join(folder, 'models')), ['file']);
  });

  it('that say why it failed are read, unless they are something else', async () => {
    await prepared(least);
    writeFileSync(at('output/failure'), `no loss ${'é'.repeat(2000)}`);
    const { reason = '' } = await files.store(least, never);
    assert.deepEqual([reason.slice(0, 9), reason.length], ['no loss é', 1024]);
    rmSync(at('output/failure'));
    symlinkSync('/etc/passwd', at('output/failure'));
    assert.deepEqual(await files.store(least, never), nothing);
    rmSync(at('output/failure'));
    spawnSync('mkfifo', [at('output/failure')]);
    assert.deepEqual(await files.store(least, never), nothing);
    rmSync(at('output/data'), { recursive: true });
    symlinkSync('/etc', at('output/data'));
    assert.deepEqual(await files.store(least, never), nothing);
    assert.equal(objects.all.size, 0);
  });

  it('that cannot be stored are a failure, in words without paths of the server', async () => {
    await prepared(least);
    writeFileSync(at('model/weights'), 'w');
    objects.failing = () => new Error('NoSuchBucket: status 404');
    assert.equal((await files.store(least, never)).failure, 'NoSuchBucket: status 404');
    const elsewhere = { ...least, output: { ...least.output, uri: 's3://none/x' } };
    assert.match((await files.store(elsewhere, never)).failure ?? '', /lets training jobs write/);
  });

  const withCheckpoints: TrainingAttempt = {
    ...least,
    checkpoints: { uri: 's3://out/checkpoints', localPath: '/opt/ml/checkpoints' },
  };
  /** What a look stores. */
  const look = async (): Promise<readonly string[]> => {
    objects.puts = [];
    await files.sync(withCheckpoints, never);
    return objects.puts;
  };

  it('that are checkpoints are stored while they are written, each when it rests', async () => {
    objects.all.set('out/checkpoints/step', '1');
    await prepared(withCheckpoints);
    writeFileSync(at('checkpoints/next'), 'half');
    assert.deepEqual(await look(), []);
    writeFileSync(at('checkpoints/next'), 'whole');
    assert.deepEqual(await look(), []);
    assert.deepEqual([await look(), await look()], [['checkpoints/next'], []]);
    assert.equal(objects.all.get('out/checkpoints/next'), 'whole');
    writeFileSync(at('checkpoints/step'), '2');
    // The next server knows nothing of what was stored.
    files = directories();
    assert.deepEqual(await look(), []);
    assert.deepEqual((await look()).toSorted(), ['checkpoints/next', 'checkpoints/step']);
    objects.puts = [];
    writeFileSync(at('checkpoints/last'), '3');
    assert.deepEqual(await files.store(withCheckpoints, never), nothing);
    assert.deepEqual(objects.puts, ['checkpoints/last']);
  });

  it('that are checkpoints and written to while they are stored wait for the next look', async () => {
    await prepared(withCheckpoints);
    writeFileSync(at('checkpoints/step'), '1');
    await look();
    objects.failing = () => {
      writeFileSync(at('checkpoints/step'), 'half');
      return undefined;
    };
    assert.deepEqual(await look(), ['checkpoints/step']);
    assert.equal(objects.all.size, 0);
    objects.failing = () => undefined;
    assert.deepEqual(await look(), []);
    assert.deepEqual(await look(), ['checkpoints/step']);
    objects.failing = () => new Error('NoSuchBucket: status 404');
    writeFileSync(at('checkpoints/step'), '2');
    await look();
    await assert.rejects(look(), /NoSuchBucket/);
  });

  it('that are checkpoints are none of what links lead to', async () => {
    await prepared(withCheckpoints);
    mkdirSync(join(folder, 'secret'));
    writeFileSync(join(folder, 'secret/key'), 'x');
    symlinkSync('../../../secret', at('checkpoints/deep'));
    symlinkSync('../../../secret/key', at('checkpoints/key'));
    await look();
    assert.deepEqual(await look(), []);
    // As after a directory that was there when its entries were read.
    assert.equal(await LeftFile.open(at(), ['checkpoints', 'deep', 'key']), undefined);
    for await (const path of plainFiles(at(), ['checkpoints', 'deep'])) assert.fail(path.join('/'));
    assert.deepEqual(await files.store(withCheckpoints, never), nothing);
    assert.equal(objects.all.size, 0);
  });

  it('that are checkpoints are none of what links lead to, at whatever moment they are made', async () => {
    await prepared(withCheckpoints);
    const secret = join(folder, 'secret');
    for (const name of [secret, at('checkpoints/deep')]) {
      mkdirSync(name);
      writeFileSync(join(name, 'key'), name === secret ? 'secret' : 'mine');
    }
    const swapping = spawn(
      'sh',
      ['-c', `while :; do mv deep real; ln -s '${secret}' deep; rm deep; mv real deep; done`],
      { cwd: at('checkpoints'), stdio: 'ignore' },
    );
    const ended = once(swapping, 'close');
    try {
      for (let looks = 0; looks < 100; looks++) {
        await look();
        for (const [key, text] of objects.all) assert.equal(text, 'mine', key);
      }
    } finally {
      swapping.kill('SIGKILL');
      await ended;
    }
  });

  it('that are being stored are given up, before they are an archive and after', async () => {
    await prepared(least);
    writeFileSync(at('model/weights'), 'w');
    const givenUp = { reason: undefined, failure: 'given up' };
    assert.deepEqual(await files.store(least, AbortSignal.abort()), givenUp);
    const stopped = new AbortController();
    objects.failing = () => {
      stopped.abort();
      return undefined;
    };
    assert.deepEqual(await files.store(least, stopped.signal), givenUp);
    assert.equal(objects.all.size, 0);
    assert.deepEqual(await files.store(least, never), nothing);
  });

  it('of attempts that have ended go with the next start, and others go on', async () => {
    await prepared(least);
    const other = attemptId('f'.repeat(32));
    mkdirSync(join(folder, 'training', other));
    files = directories();
    await files.removeOld((each) => each === id);
    assert.deepEqual(readdirSync(join(folder, 'training')), [id]);
    await files.remove(id);
    assert.deepEqual(readdirSync(join(folder, 'training')), []);
  });

  it('are given up where nobody wants them, or the server stops', async () => {
    objects.all.set('in/data/a', 'one');
    const attempt = { ...least, channels: [channel('s3://in/data')] };
    const given = await files.prepare(attempt, AbortSignal.abort());
    assert.deepEqual(given, { failure: 'Data download failed:given up' });
    files.close();
    await assert.rejects(files.prepare(attempt, never));
  });
});
