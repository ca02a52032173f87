// How AWS's own policies are written down here: a statement that allows, and actions of a service.

export const statement = (
  actions: readonly string[],
  resources: string | readonly string[] = '*',
  more: object = {},
): object => ({ Effect: 'Allow', Action: actions, Resource: resources, ...more });

export const each = (service: string, ...actions: string[]): string[] =>
  actions.map((action) => `${service}:${action}`);
