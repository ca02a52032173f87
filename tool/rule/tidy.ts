// What every text file of the house looks like, whatever it says: small, opened by a comment, free
// of leftovers and of traces of the machine it was written on.

import type { Comment, Node } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { nodesOf, type SourceFile } from '../source.ts';
import type { Tree } from '../tree.ts';
import type { Rule } from './rule.ts';

/** Beyond these a file is no longer held in one head; tests are lists, and may be longer. */
const maxLines = 700;
const maxTestLines = 1_000;
/** For comments; code is the formatter's (ADR 0024), and what is in strings is nobody's. */
const maxColumns = 100;
/** Folders whose name says nothing about what is inside. */
const vagueFolders = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'managers',
  'misc',
]);
/** Package registries: a lock file or a script that names one works in one network only. */
const registryHosts =
  /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)\.|npm\.pkg\.github\.|(?:test\.)?pypi\.org|files\.pythonhosted\.|(?:deb|security|archive|snapshot)\.(?:debian|ubuntu)\.)/;
/** Someone's own folder. `/home/ec2-user` is a name of AWS's images. */
const ownFolders = /(?<![\w.])\/(?:Users|home)\/(?!ec2-user\b)[a-z][\w.-]*\//;
/** Pages that are not in the repository: nobody who reads the comment can look them up. */
const absentPage = /\bDESIGN\b|\bspec [\d§]|\bspec,? users-and-clients|\(spec(?:[ ,]|$)/;
const leftover = /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/;

export const tidyRule: Rule = {
  name: 'tidy',
  *check(tree) {
    yield* folderNames(tree);
    for (const file of tree.sources) {
      yield* text(file, tree.root);
      if (file.isTypeScript) yield* typeScript(file);
    }
  },
};

function* folderNames(tree: Tree): Generator<Finding> {
  for (const folder of tree.folders) {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    if (vagueFolders.has(name))
      yield {
        file: folder,
        line: 1,
        rule: 'tidy',
        message: `a folder named ${name} says nothing about what is inside`,
      };
  }
}

function* text(file: SourceFile, root: string): Generator<Finding> {
  const finding = (line: number, message: string): Finding => ({
    file: file.path,
    line,
    rule: 'tidy',
    message,
  });
  const lines = file.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else yield finding(lines.length, 'the last line has no line end');
  for (const [index, line] of lines.entries()) {
    if (line.endsWith('\r')) yield finding(index + 1, 'a line ends in CR LF; LF only');
    else if (/[ \t]$/.test(line)) yield finding(index + 1, 'trailing blanks');
    if (registryHosts.test(line)) yield finding(index + 1, 'the host of a package registry');
    if (line.includes(`${root}/`) || ownFolders.test(line))
      yield finding(index + 1, 'a path of one machine');
  }
  const most = isTestCode(file) ? maxTestLines : maxLines;
  if (lines.length > most && file.path !== 'package-lock.json' && !isGenerated(file)) {
    yield finding(most + 1, `${lines.length} lines; split what is over ${most}`);
  }
}

function* typeScript(file: SourceFile): Generator<Finding> {
  const finding = (offset: number, message: string): Finding => ({
    file: file.path,
    line: file.lineAt(offset),
    rule: 'tidy',
    message,
  });
  if (!/^(?:#![^\n]*\n)?(?:\/\/|\/\*)/.test(file.text))
    yield finding(0, 'no opening comment that says what the file is and what it must never do');
  for (const comment of file.comments) {
    yield* longLines(file, comment);
    if (absentPage.test(comment.value.replaceAll(/\s*\n\s*(?:\* )?/g, ' ')))
      yield finding(
        comment.start,
        'it cites a page that is not in the repository: cite doc/ or the user guide, or say the rule',
      );
    const word = leftover.exec(comment.value);
    if (word !== null)
      yield finding(
        comment.start,
        `${word[0]} without an issue: write ${word[0]}(#number), or do it`,
      );
  }
  for (const { node } of nodesOf(file.program)) {
    if (node.type === 'ExportDefaultDeclaration' && !isToolConfig(file.path))
      yield finding(
        node.start,
        'no default exports: a name that is the same everywhere is found everywhere',
      );
    if (file.isTest && isOnly(node))
      yield finding(node.start, 'a test marked as the only one silences the others');
  }
}

/** A directive of the linter, and a link that is longer than a line, cannot be broken. */
function* longLines(file: SourceFile, comment: Comment): Generator<Finding> {
  const from = file.lineAt(comment.start);
  const lines = file.text.split('\n').slice(from - 1, file.lineAt(comment.end));
  for (const [index, line] of lines.entries()) {
    const opensLine = index > 0 || /^\s*\/[/*]/.test(line);
    if (line.length <= maxColumns || !opensLine || /oxlint-disable|:\/\//.test(line)) continue;
    yield {
      file: file.path,
      line: from + index,
      rule: 'tidy',
      message: `a comment of ${line.length} columns; break it at ${maxColumns}`,
    };
  }
}

/** Tests, and what is made for them alone. */
function isTestCode(file: SourceFile): boolean {
  return file.isTest || /^(?:test|sim)\//.test(file.path);
}

/** Tools that demand a default export of their configuration file. */
function isToolConfig(path: string): boolean {
  return /(?:^|\/)\w+\.config\.ts$/.test(path);
}

/** `test.only(…)`, and `{ only: true }` in the options of a test. */
function isOnly(node: Node): boolean {
  if (node.type === 'MemberExpression') {
    return (
      !node.computed &&
      node.property.type === 'Identifier' &&
      node.property.name === 'only' &&
      node.object.type === 'Identifier' &&
      ['test', 'it', 'describe', 'suite'].includes(node.object.name)
    );
  }
  return (
    node.type === 'Property' &&
    node.key.type === 'Identifier' &&
    node.key.name === 'only' &&
    node.value.type === 'Literal' &&
    node.value.value === true
  );
}

function isGenerated(file: SourceFile): boolean {
  const firstLine = file.text.slice(0, 300).split('\n', 1)[0] ?? '';
  return /^(?:\/\/|\/\*|<!--).*\bgenerated by\b/i.test(firstLine);
}
