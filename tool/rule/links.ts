// Relative links in the documents lead to files that exist, and their anchors to headings that
// exist. Links out of the house are not followed: the check needs no network.

import type { Finding } from '../finding.ts';
import type { SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

export const linksRule: Rule = {
  name: 'links',
  *check(tree) {
    const documents = new Map(
      tree.sources.filter((file) => file.path.endsWith('.md')).map((file) => [file.path, file]),
    );
    for (const document of documents.values()) {
      for (const { target, line } of linksOf(document)) {
        const finding = (message: string): Finding => ({
          file: document.path,
          line,
          rule: 'links',
          message,
        });
        const [path = '', anchor] = target.split('#', 2);
        const leads = path === '' ? document.path : resolve(document.path, path);
        if (leads === undefined) {
          yield finding(`${target} leads out of the checkout`);
        } else if (!tree.files.has(leads) && !tree.folders.has(leads) && leads !== '') {
          yield finding(`${target} leads to nothing`);
        } else if (anchor !== undefined && anchor !== '') {
          const other = documents.get(leads);
          if (other !== undefined && !anchorsOf(other).has(anchor))
            yield finding(`${target}: no heading of that name`);
        }
      }
    }
  },
};

interface Link {
  readonly target: string;
  readonly line: number;
}

/** Links and images outside code, without those that name a scheme or start at the host's root. */
function* linksOf(document: SourceFile): Generator<Link> {
  for (const { text, line } of proseOf(document)) {
    const withoutCode = text.replaceAll(/`[^`]*`/g, '');
    const found = [
      ...withoutCode.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
      ...withoutCode.matchAll(/^\[[^\]]+\]:\s*(\S+)/g),
    ];
    for (const [, target = ''] of found) {
      if (!/^(?:[a-z][a-z\d+.-]*:|\/)/i.test(target)) yield { target: decodeURI(target), line };
    }
  }
}

/** The lines of a document outside fenced blocks. */
function* proseOf(document: SourceFile): Generator<{ text: string; line: number }> {
  let fence: string | undefined;
  for (const [index, text] of document.text.split('\n').entries()) {
    const mark = /^\s*(```+|~~~+)/.exec(text)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      yield { text, line: index + 1 };
    }
  }
}

/** The anchors that a forge makes of the headings. */
function anchorsOf(document: SourceFile): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of proseOf(document)) {
    const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const name = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let repeat = 1; anchors.has(anchor); repeat++) anchor = `${name}-${repeat}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The path a relative link leads to; undefined above the root, empty for the root itself. */
function resolve(from: string, path: string): string | undefined {
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
