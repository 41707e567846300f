/** Most bytes of an account file taken; more is not the work of an administrator. */
const accountsMax = 4 * 2 ** 20;

/**
 * The text of passwd(5) with one account for the command: those with its name or number are left out, so that
 * its files show as its own whoever the caller is.
 */
export function withAccount(
  passwd: string,
  account: {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly home: string;
  },
): string {
  const { name, uid, gid, home } = account;
  return withLine(passwd, name, uid, `${name}:x:${uid}:${gid}::${home}:/bin/sh`);
}

/** The same for group(5). */
export function withGroup(group: string, name: string, gid: number): string {
  return withLine(group, name, gid, `${name}:x:${gid}:`);
}

function withLine(text: string, name: string, id: number, line: string): string {
  const kept = text
    .slice(0, accountsMax)
    .split('\n')
    .filter((one) => {
      const [otherName, , otherId] = one.split(':');
      return one !== '' && otherName !== name && otherId !== String(id);
    });
  return [...kept, line, ''].join('\n');
}
