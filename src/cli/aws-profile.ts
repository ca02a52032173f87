// AWS's own configuration files as far as a profile of this server needs them: `config` says where
// it is, `credentials` who calls. Other sections, comments and the order of lines stay as they are.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure, UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { writePrivately } from './private-file.ts';
import type { Credentials } from './sign.ts';

interface Profile {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** Throws {@link UsageError} where it could not stand in the files. */
export function profileName(text: string): string {
  if (!/^[\w.@+-]{1,64}$/.test(text))
    throw new UsageError(`--profile: '${text}' is not a name of letters, digits and _ . @ + -`);
  return text;
}

/** Writes both files, each readable by its owner alone where it is new; answers their paths. */
export function writeProfile(
  { name, endpoint, region, credentials }: Profile,
  env: Io['env'],
): readonly string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const files = pathsOf(env);
  change(files.config, name === 'default' ? 'default' : `profile ${name}`, {
    region,
    endpoint_url: endpoint,
  });
  change(files.credentials, name, {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    ...(sessionToken === undefined ? {} : { aws_session_token: sessionToken }),
  });
  return Object.values(files);
}

const pathsOf = (env: Io['env']): { readonly config: string; readonly credentials: string } => {
  const directory = join(env['HOME'] || homedir(), '.aws');
  return {
    config: env['AWS_CONFIG_FILE'] || join(directory, 'config'),
    credentials: env['AWS_SHARED_CREDENTIALS_FILE'] || join(directory, 'credentials'),
  };
};

function change(path: string, section: string, values: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const isNew = !existsSync(path);
    const text = withSection(isNew ? '' : readFileSync(path, 'utf8'), section, values);
    writePrivately(path, text);
  } catch (error) {
    throw new Failure(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/**
 * The text with these values in the section and nothing else there that this server's profiles
 * have; what else stands there stays.
 */
export function withSection(
  text: string,
  section: string,
  values: Readonly<Record<string, string>>,
): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const written = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  const start = lines.findIndex((line) => headerOf(line) === section);
  if (start < 0)
    return [...lines, ...(lines.length > 0 ? [''] : []), `[${section}]`, ...written, ''].join('\n');
  const next = lines.findIndex((line, at) => at > start && headerOf(line) !== undefined);
  const end = next < 0 ? lines.length : next;
  const kept = lines.slice(start + 1, end).filter((line) => !isOurs(line));
  return [...lines.slice(0, start + 1), ...written, ...kept, ...lines.slice(end), ''].join('\n');
}

const headerOf = (line: string): string | undefined =>
  /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1]?.replace(/\s+/, ' ');

const ours = /^(region|endpoint_url|aws_access_key_id|aws_secret_access_key|aws_session_token)\s*=/;
const isOurs = (line: string): boolean => ours.test(line);

/** What the profile that the environment names says; nothing where it names none. */
export function namedProfile(env: Io['env']): Partial<Omit<Profile, 'name'>> {
  const name = env['AWS_PROFILE'];
  if (!name) return {};
  const paths = pathsOf(env);
  const config = valuesIn(textOf(paths.config), name === 'default' ? name : `profile ${name}`);
  return {
    endpoint: config['endpoint_url'],
    region: config['region'],
    credentials: credentialsIn(textOf(paths.credentials), name),
  };
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** A profile's credentials as a file of that form says; undefined where it has none. */
export function credentialsIn(text: string, section: string): Credentials | undefined {
  const {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
  } = valuesIn(text, section);
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, sessionToken };
}

function valuesIn(text: string, section: string): Readonly<Record<string, string | undefined>> {
  const found = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    current = headerOf(line) ?? current;
    const [, name, value] = /^(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (current === section && name !== undefined && value !== undefined) found.set(name, value);
  }
  return Object.fromEntries(found);
}
