// What user data sets for the container agent: the lines that its scripts write to
// /etc/ecs/ecs.config. Scripts are read, not run: what is written by `echo`, by a here-document or
// by cloud-config's `write_files` is found, and what only a shell could work out is told as such.

import type { UserDataPart } from './user-data.ts';

/** The agent's settings that jobs can feel, and all the others as they were written. */
export interface AgentSettings {
  /** ECS_RESERVED_MEMORY, in MiB. */
  readonly reservedMemoryMib?: number | undefined;
  /** ECS_AVAILABLE_LOGGING_DRIVERS. */
  readonly loggingDrivers?: readonly string[] | undefined;
  /** ECS_CLUSTER: a cluster's name or ARN. */
  readonly cluster?: string | undefined;
  /** Every setting, by name; the last one written counts. */
  readonly all: ReadonlyMap<string, string>;
  /** What is written there and has no effect, each in a sentence. */
  readonly problems: readonly string[];
}

const config = '/etc/ecs/ecs.config';

export function agentSettingsOf(parts: readonly UserDataPart[]): AgentSettings {
  const all = new Map<string, string>();
  const problems: string[] = [];
  for (const line of parts.flatMap((part) => linesWritten(part, problems))) {
    const setting = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (setting !== null) all.set(setting[1] as string, (setting[2] as string).trim());
    else if (line.trim() !== '' && !line.trim().startsWith('#'))
      problems.push(`'${line.trim()}' in ${config} is not of the form NAME=value.`);
  }
  return { ...typed(all, problems), all, problems };
}

function typed(all: ReadonlyMap<string, string>, problems: string[]): Partial<AgentSettings> {
  const read = <T>(
    name: string,
    form: string,
    parse: (text: string) => T | undefined,
  ): T | undefined => {
    const text = all.get(name);
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) problems.push(`${name}=${text} is not ${form}.`);
    return value;
  };
  return {
    reservedMemoryMib: read('ECS_RESERVED_MEMORY', 'a number of MiB', (text) =>
      /^\d{1,8}$/.test(text) ? Number(text) : undefined,
    ),
    loggingDrivers: read('ECS_AVAILABLE_LOGGING_DRIVERS', 'a JSON list of names', stringList),
    cluster: read('ECS_CLUSTER', 'a name', (text) => text || undefined),
  };
}

function stringList(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function linesWritten(part: UserDataPart, problems: string[]): readonly string[] {
  switch (part.contentType) {
    case 'text/x-shellscript':
    case 'text/cloud-boothook':
      return linesOfScript(part.content, problems);
    case 'text/cloud-config':
      return linesOfCloudConfig(part.content, problems);
    case 'text/plain':
      // cloud-init goes by the first line where no type is given.
      return part.content.startsWith('#cloud-config')
        ? linesOfCloudConfig(part.content, problems)
        : part.content.startsWith('#!')
          ? linesOfScript(part.content, problems)
          : [];
    default:
      return [];
  }
}

// ---- shell ----

/** `>> /etc/ecs/ecs.config`, also by `tee` and `tee -a`. */
const toConfig = /(?:>>?\s*|\btee\s+(?:-a\s+|--append\s+)?)["']?\/etc\/ecs\/ecs\.config["']?/;

function linesOfScript(script: string, problems: string[]): readonly string[] {
  const written: string[] = [];
  const lines = script.replaceAll('\\\n', ' ').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] as string).trim();
    if (line.startsWith('#') || !toConfig.test(line)) continue;
    const document = /<<(-?)\s*(["']?)(\w+)\2/.exec(line);
    if (document !== null) {
      const end = lines.findIndex(
        (other, index) =>
          index > at && (document[1] === '-' ? other.trim() : other) === document[3],
      );
      const body = lines.slice(at + 1, end < 0 ? lines.length : end);
      for (const each of body)
        keep(
          document[2] === '' && unknowable.test(each) ? undefined : each,
          each,
          written,
          problems,
        );
      at += body.length;
      continue;
    }
    for (const command of line.split(/\s*(?:;|&&)\s*/))
      if (toConfig.test(command)) readCommand(command, written, problems);
  }
  return written;
}

const unknowable = /(?<!\\)[$`]/;

function readCommand(command: string, written: string[], problems: string[]): void {
  const echo = /^(?:sudo\s+)?(?:echo|printf)\s+((?:-[neE]+\s+)*)(.*?)\s*(?:\||>)/.exec(command);
  if (echo === null) {
    problems.push(`what '${command}' writes to ${config} is not known before it runs.`);
    return;
  }
  const text = unquoted(echo[2] as string);
  const escapes = (echo[1] as string).includes('e') || /^(?:sudo\s+)?printf/.test(command);
  for (const line of escapes ? (text?.split('\\n') ?? [undefined]) : [text])
    keep(line, command, written, problems);
}

function keep(
  line: string | undefined,
  source: string,
  written: string[],
  problems: string[],
): void {
  if (line === undefined)
    problems.push(`what '${source.trim()}' writes to ${config} is not known before it runs.`);
  else written.push(line);
}

/**
 * The words as a shell hands them to echo; undefined where a variable or a command is among them.
 */
function unquoted(words: string): string | undefined {
  let text = '';
  for (const [, single, double, escaped, plain] of words.matchAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/g,
  )) {
    if (unknowable.test(double ?? plain ?? '')) return undefined;
    text += single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
  }
  return text;
}

// ---- cloud-config ----

/**
 * `runcmd` and `bootcmd` are commands; `write_files` has the text itself. Only the YAML that these
 * are written in is read.
 */
function linesOfCloudConfig(text: string, problems: string[]): readonly string[] {
  const written: string[] = [];
  const lines = text.split('\n');
  let section = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    section = /^(\w+):/.exec(line)?.[1] ?? section;
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if ((section === 'runcmd' || section === 'bootcmd') && item !== undefined) {
      const block = /^[|>][+-]?$/.test(item.trim())
        ? blockAfter(lines, at)
        : [commandOf(item.trim())];
      written.push(...linesOfScript(block.join('\n'), problems));
    } else if (
      section === 'write_files' &&
      /^\s*(?:-\s+)?path:\s*["']?\/etc\/ecs\/ecs\.config["']?\s*$/.test(line)
    ) {
      written.push(...contentOfFile(lines, at, problems));
    }
  }
  return written;
}

/** A command as one text, or as a YAML list of words: `[sh, -c, "echo …"]`. */
function commandOf(item: string): string {
  const words = /^\[(.*)\]$/.exec(item)?.[1];
  if (words !== undefined)
    return (
      [...words.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,\s][^,]*)/g)]
        .map((word) => word[1]?.replaceAll('\\"', '"') ?? word[2] ?? word[3]?.trim() ?? '')
        .at(-1) ?? ''
    );
  const quoted =
    /^'(.*)'$/.exec(item)?.[1]?.replaceAll("''", "'") ??
    /^"(.*)"$/.exec(item)?.[1]?.replaceAll('\\"', '"');
  return quoted ?? item;
}

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;

/** The lines of a block scalar, without their indentation. */
function blockAfter(lines: readonly string[], at: number): readonly string[] {
  const outer = indentOf(lines[at] as string);
  const end = lines.findIndex(
    (line, index) => index > at && line.trim() !== '' && indentOf(line) <= outer,
  );
  const block = lines.slice(at + 1, end < 0 ? lines.length : end);
  const indent = Math.min(...block.filter((line) => line.trim() !== '').map(indentOf));
  return block.map((line) => line.slice(Number.isFinite(indent) ? indent : 0));
}

/**
 * The `content` of the file whose `path` stands at the line: of the same item of the list, before
 * or after it.
 */
function contentOfFile(
  lines: readonly string[],
  at: number,
  problems: string[],
): readonly string[] {
  const isItem = (line: string): boolean => /^\s*-\s/.test(line) && indentOf(line) <= itemIndent;
  let first = at;
  const itemIndent = /^\s*-\s/.test(lines[at] as string)
    ? indentOf(lines[at] as string)
    : indentOf(lines[at] as string) - 1;
  while (first > 0 && !isItem(lines[first] as string)) first--;
  const next = lines.findIndex(
    (line, index) => index > first && (isItem(line) || /^\w/.test(line)),
  );
  const item = lines.slice(first, next < 0 ? lines.length : next);
  if (item.some((line) => /^\s*(?:-\s+)?encoding:/.test(line))) {
    problems.push(`the encoded content that write_files puts into ${config} is not read.`);
    return [];
  }
  const place = item.findIndex((line) => /^\s*(?:-\s+)?content:/.test(line));
  if (place < 0) return [];
  const value = (item[place] as string).replace(/^.*?content:\s*/, '');
  return /^[|>][+-]?\s*$/.test(value)
    ? blockAfter(
        item.map((line) => line.replace(/^(\s*)- /, '$1  ')),
        place,
      )
    : [commandOf(value.trim())];
}
