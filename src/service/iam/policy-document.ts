// What policy documents say, as far as this server asks today: whether a service may assume a role,
// and whether one action is permitted on anything. It reads documents as IAM does (Effect,
// Principal, Action, a Deny before any Allow) and judges no condition: an Allow under a condition
// counts, a Deny under one does not. It refuses nobody; that is the authorizer's.

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

/** Whether a trust policy lets a service, which has any of these names, assume the role. */
export const letsAssume = (trustPolicy: string, services: readonly string[]): boolean =>
  decides(
    trustPolicy,
    (statement) =>
      concernsAction(statement, 'sts:AssumeRole') && concernsService(statement, services),
  );

/** Whether a policy permits an action, such as `ec2:CreateTags`, on some resource. */
export const permits = (policy: string, action: string): boolean =>
  decides(policy, (statement) => concernsAction(statement, action));

/** Whether what is asked is allowed and not denied by the statements that concern it. */
function decides(document: string, concerns: (statement: Statement) => boolean): boolean {
  const concerned = statementsOf(document).filter(concerns);
  if (concerned.some(({ Effect, Condition }) => Effect === 'Deny' && isEmpty(Condition)))
    return false;
  return concerned.some(({ Effect }) => Effect === 'Allow');
}

function statementsOf(document: string): readonly Statement[] {
  const { Statement: given } = JSON.parse(document) as { readonly Statement?: unknown };
  return listOf(given).filter((one): one is Statement => typeof one === 'object' && one !== null);
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const isEmpty = (condition: unknown): boolean =>
  condition === undefined ||
  (typeof condition === 'object' && condition !== null && Object.keys(condition).length === 0);

function concernsAction(
  { Action: actions, NotAction: others }: Statement,
  action: string,
): boolean {
  const names = (patterns: unknown): boolean =>
    listOf(patterns).some(
      (pattern) => typeof pattern === 'string' && fits(pattern.toLowerCase(), action.toLowerCase()),
    );
  return actions === undefined ? others !== undefined && !names(others) : names(actions);
}

function concernsService(
  { Principal: principal, NotPrincipal: others }: Statement,
  services: readonly string[],
): boolean {
  return principal === undefined
    ? others !== undefined && !namesService(others, services)
    : namesService(principal, services);
}

/** `*` is everybody; in a map, who is a service stands under `Service`. */
function namesService(principal: unknown, services: readonly string[]): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null) return false;
  const { Service: named } = principal as { readonly Service?: unknown };
  return listOf(named).some((one) => typeof one === 'string' && services.includes(one));
}

/**
 * IAM's wildcards: `*` stands for any text, `?` for one character. Takes at most pattern times text
 * steps.
 */
export function fits(pattern: string, text: string): boolean {
  let star = -1;
  let resume = 0;
  let at = 0;
  for (let place = 0; place < text.length;) {
    if (pattern[at] === '*') {
      star = at++;
      resume = place;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[place])) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++resume;
    } else {
      return false;
    }
  }
  return [...pattern.slice(at)].every((rest) => rest === '*');
}
