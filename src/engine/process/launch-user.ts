// Who a job runs as: `user`, `user:group`, names or numbers, as in `docker run --user`, looked up
// in the machine's own files. Pure: the files' text is given.

export interface UserFiles {
  /** /etc/passwd */
  readonly passwd: string;
  /** /etc/group */
  readonly group: string;
}

interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** A text says why there is no such user. */
export function resolveUser(user: string, files: UserFiles): UserIds | string {
  const cut = user.indexOf(':');
  const [userName, groupName] = cut < 0 ? [user, ''] : [user.slice(0, cut), user.slice(cut + 1)];
  const entry = lines(files.passwd).find(([name, , uid]) => name === userName || uid === userName);
  const uid = entry ? Number(entry[2]) : numberOf(userName);
  if (uid === undefined) return `finds no user ${userName} in /etc/passwd`;
  if (groupName === '') return { uid, gid: entry ? Number(entry[3]) : 0 };
  const group = lines(files.group).find(([name, , gid]) => name === groupName || gid === groupName);
  const gid = group ? Number(group[2]) : numberOf(groupName);
  if (gid === undefined) return `finds no group ${groupName} in /etc/group`;
  return { uid, gid };
}

const lines = (text: string): string[][] => text.split('\n').map((line) => line.split(':'));

const numberOf = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) ? Number(text) : undefined;
