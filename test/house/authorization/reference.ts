// The form of AWS's service authorization reference as tests hold it: facts, a service a file, of
// the operations that are built. It judges nothing.

interface Action {
  readonly types: readonly { readonly name: string; readonly isRequired: boolean }[];
  /** Without the tag's key, e.g. `aws:RequestTag`. */
  readonly keys: readonly string[];
}

export interface Reference {
  /** ARNs of the types of resources, with `*` for what differs. */
  readonly types: Readonly<Record<string, string>>;
  /** What actions are on, and which keys a request may bring for them. */
  readonly actions: Readonly<Record<string, Action>>;
  /** Actions of operations that need more, or others, than the one of their name. */
  readonly operations?: Readonly<Record<string, string>>;
  /**
   * What members of requests are, by name: whatever is not here is `name`, and no ARN where one
   * must be.
   */
  readonly members: Readonly<Record<string, unknown>>;
  /** Where operations ask for something else, as the test tells it (`*`: anything), and why. */
  readonly deviations: Readonly<Record<string, string>>;
}

/** On types of resources, `*` behind those that are required, with condition keys. */
export const on = (types = '', keys = ''): Action => ({
  types: words(types).map((word) => ({
    name: word.replace('*', ''),
    isRequired: word.endsWith('*'),
  })),
  keys: words(keys),
});

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
