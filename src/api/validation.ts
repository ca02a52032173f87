// What the validation of an image or of a host answers (`GET /_longshore/images/IMAGE/validation`,
// `GET /_longshore/hosts/HOST/validation`): the AMI specification, requirement by requirement.
// Plain data for programs, with its words for people. Imports nothing, so that the command line and
// the console may use it.

export interface Validation {
  /** The id of the image, or of the container instance. */
  readonly id: string;
  readonly name: string;
  /** No requirement is known to be missed. */
  readonly valid: boolean;
  /** In the order of the specification. */
  readonly requirements: readonly ValidatedRequirement[];
  /** What its owner has to do, where the requirements do not say it. */
  readonly note?: string | undefined;
}

export interface ValidatedRequirement {
  /** In one word, such as `kernel`. */
  readonly requirement: string;
  readonly result: 'met' | 'not met' | 'unknown';
  readonly found: string;
  readonly needed: string;
}
