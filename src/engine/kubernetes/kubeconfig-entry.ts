// One object of a kubeconfig, read member by member: each is of the kind that is wanted, or the
// file, the place and the member are named in what is thrown. Values are never shown: any of them
// may be a secret.

import { readFile } from 'node:fs/promises';
import { BadKubeconfig } from './cluster-access.ts';

export class KubeconfigEntry {
  readonly #value: Readonly<Record<string, unknown>>;
  /** The file, and where in it. */
  readonly #place: string;
  readonly #pathOf: (file: string) => string;

  constructor(value: unknown, place: string, pathOf: (file: string) => string) {
    this.#place = place;
    this.#pathOf = pathOf;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.bad('is no object');
    this.#value = value as Record<string, unknown>;
  }

  bad(why: string): BadKubeconfig {
    return new BadKubeconfig(`${this.#place}: ${why}`);
  }

  has(member: string): boolean {
    return this.#own(member) !== undefined;
  }

  text(member: string): string | undefined {
    const value = this.#own(member);
    if (value === undefined || typeof value === 'string') return value;
    throw this.bad(`${member} must be text`);
  }

  wanted(member: string): string {
    const text = this.text(member);
    if (text === undefined || text === '') throw this.bad(`${member} is missing`);
    return text;
  }

  flag(member: string): boolean {
    const value = this.#own(member) ?? false;
    if (typeof value === 'boolean') return value;
    throw this.bad(`${member} must be true or false`);
  }

  texts(member: string): readonly string[] {
    const list = this.#list(member);
    if (list.every((one) => typeof one === 'string')) return list;
    throw this.bad(`${member} must be a list of text`);
  }

  inner(member: string): KubeconfigEntry {
    return new KubeconfigEntry(this.#own(member) ?? {}, `${this.#place}: ${member}`, this.#pathOf);
  }

  list(member: string): readonly KubeconfigEntry[] {
    return this.#list(member).map(
      (one, index) => new KubeconfigEntry(one, `${this.#place}: ${member}[${index}]`, this.#pathOf),
    );
  }

  names(member: string): readonly string[] {
    return this.list(member).map((one) => one.wanted('name'));
  }

  /** The first of that name. */
  named(member: string, name: string): KubeconfigEntry | undefined {
    return this.list(member).find((one) => one.text('name') === name);
  }

  /** All texts of an object of lists, such as that of groups. */
  lists(member: string): Readonly<Record<string, readonly string[]>> {
    const inner = this.inner(member);
    return Object.fromEntries(Object.keys(inner.#value).map((key) => [key, inner.texts(key)]));
  }

  /** From the directory of the file that says it. */
  path(member: string): string | undefined {
    const file = this.text(member);
    return file === undefined || file === '' ? undefined : this.#pathOf(file);
  }

  /**
   * From the directory of the file, where it leads anywhere; the bare name of a program is looked
   * up as any.
   */
  program(member: string): string {
    const command = this.wanted(member);
    return command.includes('/') ? this.#pathOf(command) : command;
  }

  /** What `NAME-data` holds as base64, or else the file that `NAME` names. */
  async data(member: string): Promise<string | undefined> {
    const inPlace = this.text(`${member}-data`);
    if (inPlace !== undefined && inPlace !== '')
      return Buffer.from(inPlace, 'base64').toString('utf8');
    const path = this.path(member);
    if (path === undefined) return undefined;
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw this.bad(`${member} cannot be read: ${(error as Error).message}`);
    }
  }

  #own(member: string): unknown {
    return Object.hasOwn(this.#value, member) ? (this.#value[member] ?? undefined) : undefined;
  }

  #list(member: string): readonly unknown[] {
    const value = this.#own(member) ?? [];
    if (Array.isArray(value)) return value as unknown[];
    throw this.bad(`${member} must be a list`);
  }
}
