// The revisions of job definitions: those that are ACTIVE, and what the highest of each name was.
// Part of the world, changed by its fold alone.

import type { Arn, Scope } from '../../base/ids.ts';
import { jobDefinitionArn } from '../arn.ts';
import { definitionReference } from '../job-definition/definition-reference.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';

/** What may be asked of them. */
export type JobDefinitionsView = Omit<JobDefinitions, 'store' | 'rememberRevision'>;

export class JobDefinitions {
  readonly #active = new Map<Arn, JobDefinition>();
  readonly #lastRevision = new Map<string, number>();
  readonly #activeRevisions = new Map<string, number[]>();

  /** ACTIVE revisions. */
  values(): Iterable<JobDefinition> {
    return this.#active.values();
  }

  /**
   * By ARN, by `name:revision`, or the latest ACTIVE revision of a bare name (an ARN may lack its
   * revision too).
   */
  find(scope: Scope, given: string): JobDefinition | undefined {
    const meant = definitionReference(scope, given);
    if (meant === undefined) return undefined;
    const { name, revision = this.#activeRevisions.get(`${scope} ${name}`)?.at(-1) } = meant;
    return revision === undefined
      ? undefined
      : this.#active.get(jobDefinitionArn(scope, name, revision));
  }

  /** The highest revision that the name ever had; 0: none. */
  lastRevision(scope: Scope, name: string): number {
    return this.#lastRevision.get(`${scope} ${name}`) ?? 0;
  }

  store(definition: JobDefinition): void {
    const key = `${definition.scope} ${definition.name}`;
    this.#lastRevision.set(key, Math.max(this.#lastRevision.get(key) ?? 0, definition.revision));
    const active = (this.#activeRevisions.get(key) ?? []).filter(
      (revision) => revision !== definition.revision,
    );
    if (definition.status === 'ACTIVE') {
      this.#active.set(definition.arn, definition);
      active.push(definition.revision);
      active.sort((a, b) => a - b);
    } else {
      this.#active.delete(definition.arn);
    }
    if (active.length > 0) this.#activeRevisions.set(key, active);
    else this.#activeRevisions.delete(key);
  }

  /** A revision number that was given before, as the store remembers it. */
  rememberRevision(scope: Scope, name: string, revision: number): void {
    this.#lastRevision.set(`${scope} ${name}`, revision);
  }
}
