// Whether a structure says anything: clients send those of nothing but empty values for members
// that they have nothing to say about. Where an empty value means something, empty-values.ts knows.

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

export const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && isEmpty(value);

/**
 * Clients send structures of nothing but empty values for members that they have nothing to say
 * about.
 */
export const saysAnything = (structure: object | undefined): boolean =>
  Object.values(structure ?? {}).some((value) => !isEmpty(value));
