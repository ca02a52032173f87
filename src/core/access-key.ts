// Access key ids, of AWS's form: `AKIA` (long-term) or `ASIA` (temporary) and sixteen characters of
// base32, of which the first ones carry the account. So whose a key is follows from its id, without
// a lookup, and `sts get-access-key-info` has its answer.

export const accessKeyAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** How many random characters an id takes. */
export const accessKeyFreeLength = 8;

const idForm = /^A[KS]IA[A-Z2-7]{16}$/;
/** Of five bits each: one that is set, forty of the account, and four that are free. */
const headLength = 9;
const marked = 1n << 44n;

/** `free` is of {@link accessKeyFreeLength}, from the alphabet. */
export function accessKeyId(prefix: 'AKIA' | 'ASIA', account: string, free: string): string {
  let bits = marked | (BigInt(account) << 4n) | (valueOf(free.charAt(0)) & 15n);
  let head = '';
  for (let at = 0; at < headLength; at++) {
    head = accessKeyAlphabet.charAt(Number(bits & 31n)) + head;
    bits >>= 5n;
  }
  return `${prefix}${head}${free.slice(1)}`;
}

/** Twelve digits; undefined where it is no id of this form. */
export function accountOfAccessKey(id: string): string | undefined {
  if (!idForm.test(id)) return undefined;
  let bits = 0n;
  for (const character of id.slice(4, 4 + headLength)) bits = (bits << 5n) | valueOf(character);
  const account = (bits & (marked - 1n)) >> 4n;
  return account < 1_000_000_000_000n ? String(account).padStart(12, '0') : undefined;
}

const valueOf = (character: string): bigint => BigInt(accessKeyAlphabet.indexOf(character));
