// Profiles in AWS's own files: put in, put in again, and nothing else touched.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { credentialsIn, profileName, withSection, writeProfile } from './aws-profile.ts';
import { UsageError } from './failure.ts';

describe('a section', () => {
  it('is put behind what is there', () => {
    assert.equal(withSection('', 'a', { region: 'r' }), '[a]\nregion = r\n');
    assert.equal(
      withSection('# mine\n[b]\nx = 1\n', 'a', { region: 'r' }),
      '# mine\n[b]\nx = 1\n\n[a]\nregion = r\n',
    );
  });

  it('takes the place of its values from before, and keeps all others', () => {
    const before = [
      '[profile a]',
      'endpoint_url = http://old',
      'output = json',
      's3 =',
      '  region = inner',
      '',
      '[ profile  a2 ]',
      'region = other',
    ].join('\n');
    assert.equal(
      withSection(before, 'profile a', { region: 'r', endpoint_url: 'http://new' }),
      [
        '[profile a]',
        'region = r',
        'endpoint_url = http://new',
        'output = json',
        's3 =',
        '  region = inner',
        '',
        '[ profile  a2 ]',
        'region = other',
        '',
      ].join('\n'),
    );
    const second = withSection(before, 'profile a2', { region: 'r' });
    assert.match(second, /\[ profile {2}a2 \]\nregion = r\n$/);
    assert.match(second, /endpoint_url = http:\/\/old/);
  });

  it('lets its credentials be read', () => {
    const text = withSection('[x]\naws_access_key_id = no\n', 'y', {
      aws_access_key_id: 'AK',
      aws_secret_access_key: 's=/+',
    });
    assert.deepEqual(credentialsIn(text, 'y'), {
      accessKeyId: 'AK',
      secretAccessKey: 's=/+',
      sessionToken: undefined,
    });
    assert.equal(credentialsIn(text, 'x'), undefined);
    assert.equal(credentialsIn(text, 'z'), undefined);
  });
});

describe('a profile', () => {
  it('is written to both files, which only their owner can read', (t) => {
    const home = mkdtempSync(join(tmpdir(), 'longshore-profile-'));
    t.after(() => rmSync(home, { recursive: true }));
    const profile = {
      name: 'lab',
      endpoint: 'https://batch.lab:4590',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
    };
    const [config = '', credentials = ''] = writeProfile(profile, { HOME: home });
    writeFileSync(credentials, `${readFileSync(credentials, 'utf8')}[other]\nkept = 1\n`, {
      mode: 0o644,
    });
    writeProfile(
      { ...profile, credentials: { ...profile.credentials, sessionToken: 'token' } },
      { HOME: home },
    );
    assert.equal(
      readFileSync(config, 'utf8'),
      '[profile lab]\nregion = eu-west-1\nendpoint_url = https://batch.lab:4590\n',
    );
    assert.equal(
      readFileSync(credentials, 'utf8'),
      '[lab]\naws_access_key_id = AK\naws_secret_access_key = secret\naws_session_token = token\n[other]\nkept = 1\n',
    );
    for (const path of [config, credentials]) assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('has a name that can stand there', () => {
    for (const name of ['default', 'a', 'my.lab-1@x+y']) assert.equal(profileName(name), name);
    for (const name of ['', 'a b', 'a]', 'a\nb', 'ü', 'x'.repeat(65)])
      assert.throws(() => profileName(name), UsageError, name);
  });
});
