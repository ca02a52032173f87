// Files that their owner alone can read, whatever lay in their place.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeProfile } from './aws-profile.ts';

test('a secret goes nowhere but into its file, wherever a file beside it leads', () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-'));
  try {
    const path = (name: string): string => join(directory, name);
    writeFileSync(path('public'), 'theirs', { mode: 0o644 });
    symlinkSync(path('public'), path('credentials.longshore'));
    writeProfile(
      {
        name: 'p',
        endpoint: 'http://localhost:4590',
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      },
      { AWS_CONFIG_FILE: path('config'), AWS_SHARED_CREDENTIALS_FILE: path('credentials') },
    );
    assert.equal(readFileSync(path('public'), 'utf8'), 'theirs');
    assert.match(readFileSync(path('credentials'), 'utf8'), /secret/);
    assert.equal(statSync(path('credentials')).mode & 0o777, 0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
