// What of user data has no effect here: an instance is a slice of this machine, and nothing is run
// on it at its start. Only what the container agent's settings say counts (agent-settings.ts).
// Named, so that nobody looks for a file system that is not there.

import type { UserDataPart } from './user-data.ts';

const agentConfig = /\/etc\/ecs\/ecs\.config/;

/** Sentences for people; none where everything that it does is to write the agent's settings. */
export function notRun(parts: readonly UserDataPart[]): string[] {
  const sections = new Set<string>();
  let scripts = false;
  for (const { contentType, content } of parts) {
    if (
      contentType === 'text/cloud-config' ||
      (contentType === 'text/plain' && content.startsWith('#cloud-config'))
    )
      for (const name of sectionsOf(content)) sections.add(name);
    else if (
      contentType === 'text/x-shellscript' ||
      contentType === 'text/cloud-boothook' ||
      content.startsWith('#!')
    )
      scripts ||= doesMore(content);
  }
  return [
    ...(sections.size > 0
      ? [
          `cloud-config is not run here: ${[...sections].join(', ')} ${sections.size === 1 ? 'has' : 'have'} no effect.`,
        ]
      : []),
    ...(scripts
      ? ['scripts are not run here: what they do beside writing /etc/ecs/ecs.config has no effect.']
      : []),
  ];
}

/** Those with anything in them that does not write the agent's settings. */
function sectionsOf(text: string): string[] {
  const found = new Map<string, string[]>();
  let section: string[] | undefined;
  for (const line of text.split('\n')) {
    const [, name, rest] = /^(\w+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined)
      found.set(name, (section = rest === '' || rest === undefined ? [] : [rest]));
    else if (line.trim() !== '' && !line.trimStart().startsWith('#')) section?.push(line);
  }
  return [...found].flatMap(([name, lines]) => (has(name, lines) ? [name] : []));
}

function has(name: string, lines: readonly string[]): boolean {
  if (lines.length === 0) return false;
  // One file is one item, whose text may be long.
  if (name === 'write_files')
    return lines
      .filter((line) => /^\s*(?:-\s+)?path:/.test(line))
      .some((line) => !agentConfig.test(line));
  if (name === 'runcmd' || name === 'bootcmd')
    return lines
      .filter((line) => /^\s*-\s/.test(line) && !/^\s*-\s+[|>][+-]?$/.test(line))
      .some((line) => !agentConfig.test(line));
  return true;
}

/** Any line that is no comment, setting or document of the agent's. */
function doesMore(script: string): boolean {
  let document: string | undefined;
  for (const whole of script.replaceAll('\\\n', ' ').split('\n')) {
    const line = whole.trim();
    if (document !== undefined) {
      if (line === document) document = undefined;
      continue;
    }
    if (
      line === '' ||
      line.startsWith('#') ||
      /^(?:cloud-init-per\s.*|set\s+[-+]\w+|[A-Z_]+=\S*|exit\s+0)$/.test(line)
    )
      continue;
    if (!agentConfig.test(line)) return true;
    document = /<<-?\s*["']?(\w+)/.exec(line)?.[1];
  }
  return false;
}
