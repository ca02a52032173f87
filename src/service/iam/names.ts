// Names in IAM. What has a name is found by exactly that; but of two names that differ in their
// letters' case alone the second is refused, as on AWS.

/** Whether something's name is this one but for the case of letters. */
export function isSameName(name: string): (other: { readonly name: string }) => boolean {
  const folded = name.toLowerCase();
  return (other) => other.name.toLowerCase() === folded;
}
