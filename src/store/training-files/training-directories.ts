// A directory for each attempt of a training job, whose parts are mounted into its container, one
// by one: what an image has of its own under /opt/ml stays. It comes before the container and goes
// when the attempt is over; what may come into it and where what is left in it goes is for places
// to say. A container had these directories to itself: nothing in them is trusted.

import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { must } from '../../base/assert.ts';
import type { AttemptId } from '../../base/ids.ts';
import type { TrainingAttempt } from '../../core/service-job/training-attempt.ts';
import type { Channel } from '../../core/service-job/training-job.ts';
import type { TrainingFiles, TrainingLeft, TrainingMounts } from '../../port/training-files.ts';
import { objectsBelow, objectsOf } from './channel-objects.ts';
import { CheckpointCopies } from './checkpoint-copies.ts';
import { Budget, Download, openDirectory } from './download.ts';
import {
  archive,
  holdsAnything,
  LeftFile,
  plainFiles,
  seesWhatIsOpen,
  textOf,
} from './left-files.ts';
import { RefusedPlace, shown } from './object-path.ts';
import { storeFile, type Places } from './places.ts';

interface TrainingDirectoriesParts {
  /** Of the data directory's. */
  readonly root: string;
  readonly places: Places;
  /** Whether the disk has room for so much more. */
  readonly hasRoom: (bytes: number) => boolean;
}

/** All is there that was to be. */
const ready = 'ready';

export class TrainingDirectories implements TrainingFiles {
  readonly #parts: TrainingDirectoriesParts;
  readonly #closing = new AbortController();
  readonly #known = new Set<string>();
  readonly #copies = new Map<AttemptId, CheckpointCopies>();

  constructor(parts: TrainingDirectoriesParts) {
    this.#parts = parts;
  }

  async prepare(
    attempt: TrainingAttempt,
    signal: AbortSignal,
  ): Promise<TrainingMounts | { readonly failure: string }> {
    const directory = this.#directory(attempt.attemptId);
    this.#known.add(attempt.attemptId);
    try {
      const fromHost = await this.#hostPaths(attempt.channels);
      if (!(await isThere(join(directory, ready)))) {
        const either = AbortSignal.any([signal, this.#closing.signal]);
        const unusable = await this.#unusable(attempt, either);
        if (unusable !== undefined) return { failure: unusable };
        await this.#fill(directory, attempt, fromHost, either);
        if (attempt.checkpoints !== undefined) await this.#copiesOf(attempt.attemptId).know();
        await writeFile(join(directory, ready), '', { flush: true });
      }
      return mountsOf(directory, attempt, fromHost);
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      return { failure: `Data download failed:${inWords(error)}` };
    }
  }

  async store(attempt: TrainingAttempt, signal: AbortSignal): Promise<TrainingLeft> {
    const directory = this.#directory(attempt.attemptId);
    if (!(await isThere(join(directory, ready)))) return {};
    const reason = await textOf(directory, ['output', 'failure']).catch(() => undefined);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    try {
      await this.#storeCheckpoints(directory, attempt, either);
      const { output } = attempt;
      await this.#storeOutput(output, directory, ['model'], 'model.tar.gz', either);
      await this.#storeOutput(output, directory, ['output', 'data'], 'output.tar.gz', either);
      return { reason };
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      return { reason, failure: signal.aborted ? 'given up' : inWords(error) };
    }
  }

  async sync({ attemptId, checkpoints }: TrainingAttempt, signal: AbortSignal): Promise<void> {
    if (checkpoints === undefined || !seesWhatIsOpen) return;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const place = await this.#parts.places.find(folder(checkpoints.uri), 'write');
    await this.#copiesOf(attemptId).storeWhatRests(place, either);
  }

  async remove(attemptId: AttemptId): Promise<void> {
    this.#copies.delete(attemptId);
    if (!this.#known.has(attemptId)) return;
    await rm(this.#directory(attemptId), { recursive: true, force: true });
    this.#known.delete(attemptId);
  }

  async removeOld(isUnderWay: (attemptId: AttemptId) => boolean): Promise<void> {
    const found = (await isThere(this.#parts.root)) ? await readdir(this.#parts.root) : [];
    for (const name of found) this.#known.add(name);
    const old = (found as AttemptId[]).filter((name) => !isUnderWay(name));
    const stayed: unknown[] = [];
    for (const name of old) await this.remove(name).catch((error: unknown) => stayed.push(error));
    // One that stays keeps none of the others.
    if (stayed.length > 0) throw stayed[0];
  }

  close(): void {
    this.#closing.abort();
  }

  #directory(attemptId: string): string {
    return join(this.#parts.root, attemptId);
  }

  /** Of channels that are mounted as they are: where they are. */
  async #hostPaths(channels: readonly Channel[]): Promise<ReadonlyMap<string, HostPath>> {
    const paths = new Map<string, HostPath>();
    for (const { name, source } of channels) {
      if (!source.uri.startsWith('file://')) continue;
      const path = await this.#parts.places.hostPath(source.uri);
      if (path.includes(':'))
        throw new RefusedPlace(`Docker mounts no path with a colon: ${shown(source.uri)}`);
      paths.set(name, { path, isFile: (await stat(path)).isFile() });
    }
    return paths;
  }

  /** Why what it leaves cannot be stored: better said now than when it has run for days. */
  async #unusable(
    { output, checkpoints }: TrainingAttempt,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const uris = { OutputDataConfig: output.uri, CheckpointConfig: checkpoints?.uri };
    for (const [member, uri] of Object.entries(uris))
      try {
        if (uri === undefined) continue;
        const { store, key } = await this.#parts.places.find(folder(uri), 'write');
        await store.probe(key, signal);
      } catch (error) {
        this.#closing.signal.throwIfAborted();
        return `${member}: ${inWords(error)}`;
      }
    return undefined;
  }

  async #fill(
    directory: string,
    { config, channels, checkpoints, volumeSizeGib }: TrainingAttempt,
    fromHost: ReadonlyMap<string, HostPath>,
    signal: AbortSignal,
  ): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const partial = join(directory, 'partial');
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    for (const name of ['input', 'input/config', 'input/data', 'model', 'output', 'output/data'])
      await openDirectory(join(directory, name));
    for (const [name, text] of Object.entries(config)) {
      const path = join(directory, 'input/config', name);
      await writeFile(path, text);
      await chmod(path, 0o666);
    }
    const budget = new Budget(volumeSizeGib, this.#parts.hasRoom);
    const into = async (name: string): Promise<Download> => {
      const target = join(directory, name);
      await openDirectory(target);
      return new Download({ directory: target, partial, budget });
    };
    for (const channel of channels) {
      const download = await into(`input/data/${channel.name}`);
      const host = fromHost.get(channel.name);
      if (host === undefined) {
        const count = await download.all(
          objectsOf(this.#parts.places, channel, budget, signal),
          signal,
        );
        if (count === 0)
          throw new RefusedPlace(
            `No S3 objects found under S3 URL ${shown(channel.source.uri)} given in input data source.`,
          );
      } else if (host.isFile)
        await writeFile(join(directory, 'input/data', channel.name, basename(host.path)), '');
    }
    if (checkpoints === undefined) return;
    const place = await this.#parts.places.find(folder(checkpoints.uri), 'write');
    await (await into('checkpoints')).all(objectsBelow(place, budget, signal), signal);
  }

  async #storeCheckpoints(
    directory: string,
    { attemptId, checkpoints }: TrainingAttempt,
    signal: AbortSignal,
  ): Promise<void> {
    if (checkpoints === undefined || !(await holdsAnything(join(directory, 'checkpoints')))) return;
    const place = await this.#parts.places.find(folder(checkpoints.uri), 'write');
    await this.#copiesOf(attemptId).storeAll(place, signal);
  }

  #copiesOf(attemptId: AttemptId): CheckpointCopies {
    const found = this.#copies.get(attemptId) ?? new CheckpointCopies(this.#directory(attemptId));
    this.#copies.set(attemptId, found);
    return found;
  }

  async #storeOutput(
    { uri, compression }: TrainingAttempt['output'],
    directory: string,
    path: readonly string[],
    name: string,
    signal: AbortSignal,
  ): Promise<void> {
    const from = join(directory, ...path);
    if (!(await holdsAnything(from))) return;
    if (compression === 'NONE')
      return this.#storeFiles(directory, path, `${uri}/${basename(from)}`, signal);
    const { store, key } = await this.#parts.places.find(`${uri}/${name}`, 'write');
    const packed = join(directory, name);
    await archive(from, packed, signal);
    await using file = must(await LeftFile.open(directory, [name]), 'it was just made');
    await store.put(key, file, signal);
    await rm(packed);
  }

  async #storeFiles(
    base: string,
    directory: readonly string[],
    uri: string,
    signal: AbortSignal,
  ): Promise<void> {
    const place = await this.#parts.places.find(folder(uri), 'write');
    for await (const path of plainFiles(base, directory)) {
      await using file = await LeftFile.open(base, path);
      if (file !== undefined) await storeFile(place, path.slice(directory.length), file, signal);
    }
  }
}

/** A file or directory of the host. */
interface HostPath {
  readonly path: string;
  readonly isFile: boolean;
}

/** Not those of another folder whose name begins alike. */
const folder = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);

/** Each part by itself: an image may have files of its own beside them. */
function mountsOf(
  directory: string,
  { channels, checkpoints }: TrainingAttempt,
  fromHost: ReadonlyMap<string, HostPath>,
): TrainingMounts {
  const volumes: TrainingMounts['volumes'][number][] = [];
  const mountPoints: TrainingMounts['mountPoints'][number][] = [];
  const mount = (sourcePath: string, containerPath: string, readOnly = false): void => {
    const name = `training-${volumes.length}`;
    volumes.push({ name, host: { sourcePath } });
    mountPoints.push({ sourceVolume: name, containerPath, readOnly });
  };
  for (const name of ['input', 'model', 'output']) mount(join(directory, name), `/opt/ml/${name}`);
  for (const { name } of channels) {
    const host = fromHost.get(name);
    if (host === undefined) continue;
    const at = `/opt/ml/input/data/${name}`;
    mount(host.path, host.isFile ? `${at}/${basename(host.path)}` : at, true);
  }
  if (checkpoints !== undefined) mount(join(directory, 'checkpoints'), checkpoints.localPath);
  return { volumes, mountPoints };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** For the job's user: paths of the server are none of theirs. */
function inWords(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (error instanceof RefusedPlace) return message;
  if (name === 'AbortError') return 'given up';
  return typeof code === 'string' ? `${code} at the server` : message.slice(0, 512);
}
