// The one error class that a caller may see. Anything else that is thrown is our fault and answers
// a bare 500.

/** An error in AWS's shape: `name` becomes `x-amzn-errortype` and `__type`. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}
