// Which files training jobs have, by the engine: directories of this machine where Docker mounts
// them; on the process engine none, and a job that needs some says so.

import { join } from 'node:path';
import type { EngineKind } from './engine-record.ts';
import type { ObjectStore } from '../port/object-store.ts';
import type { TrainingFiles } from '../port/training-files.ts';
import { Places, type Grant } from '../store/training-files/places.ts';
import { TrainingDirectories } from '../store/training-files/training-directories.ts';
import type { S3 } from './s3-client.ts';
import { s3Objects } from './s3-objects.ts';

interface TrainingFilesParts {
  readonly engine: EngineKind;
  readonly dataDir: string;
  readonly grants: readonly Grant[];
  /** Absent: no buckets are granted. */
  readonly s3: S3 | undefined;
  readonly hasRoom: (bytes: number) => boolean;
}

/** Undefined where nothing runs that could look for them. */
export function trainingFiles({
  engine,
  dataDir,
  grants,
  s3,
  hasRoom,
}: TrainingFilesParts): TrainingFiles | undefined {
  if (engine === 'fake' || engine === 'none') return undefined;
  if (engine === 'process') return noMounts;
  const bucket = (name: string): ObjectStore => {
    if (s3 === undefined) throw new Error(`no S3 server is known, of bucket ${name}`);
    return s3Objects(s3, name);
  };
  return new TrainingDirectories({
    root: join(dataDir, 'training'),
    places: new Places(grants, bucket),
    hasRoom,
  });
}

const noMounts: TrainingFiles = {
  async prepare({ channels, checkpoints, hasHyperParameters }) {
    return hasHyperParameters || channels.length > 0 || checkpoints !== undefined
      ? {
          failure:
            'HyperParameters, InputDataConfig and CheckpointConfig need Docker: a process of this machine has no /opt/ml of its own',
        }
      : { volumes: [], mountPoints: [] };
  },
  async sync() {},
  async store() {
    return {};
  },
  async remove() {},
  async removeOld() {},
  close() {},
};
