// The statements of a bus's policy, as PutPermission and RemovePermission add and take them away
// one by one. What a whole policy must be is core's to say.

interface Statement {
  readonly Sid?: string;
  readonly [member: string]: unknown;
}

interface Document {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** Of a policy that was taken once. */
function documentOf(policy: string | undefined): Document {
  if (policy === undefined) return { Version: '2012-10-17', Statement: [] };
  const { Statement: statements, ...rest } = JSON.parse(policy) as Omit<Document, 'Statement'> & {
    Statement: Statement | readonly Statement[];
  };
  return { ...rest, Statement: [statements].flat() };
}

/** In place of the statement that has its id so far. */
export function withStatement(
  policy: string | undefined,
  statement: Statement & { readonly Sid: string },
): string {
  const { Statement: statements, ...rest } = documentOf(policy);
  const others = statements.filter(({ Sid }) => Sid !== statement.Sid);
  return JSON.stringify({ ...rest, Statement: [...others, statement] });
}

/** Undefined: the policy has no such statement; `policy` is undefined where none is left. */
export function withoutStatement(
  policy: string | undefined,
  id: string,
): { readonly policy: string | undefined } | undefined {
  const { Statement: statements, ...rest } = documentOf(policy);
  const others = statements.filter(({ Sid }) => Sid !== id);
  if (others.length === statements.length) return undefined;
  return {
    policy: others.length === 0 ? undefined : JSON.stringify({ ...rest, Statement: others }),
  };
}
