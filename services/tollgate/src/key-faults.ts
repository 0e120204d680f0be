import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

type Given = Partial<Record<'signingKey' | 'signingAgent' | 'numberKeys', string | undefined>> & {
  data: string;
  witnesses: readonly unknown[];
};

/** What is wrong with where keys are, a line each. Whoever has the data, or a backup of them, must not have the keys with them. */
export const faultsOfKeys = ({ data, signingKey, signingAgent, witnesses, numberKeys }: Given): string[] => {
  const isInData = (path: string | undefined): boolean =>
    path !== undefined && `${realPath(path)}${sep}`.startsWith(`${realPath(data)}${sep}`);
  const faults: [boolean, string][] = [
    [
      signingAgent !== undefined && signingKey === undefined,
      'TOLLGATE_SIGNING_KEY (--signing-key <file>): is needed with an agent: a file of the public key that it signs with',
    ],
    [
      witnesses.length > 0 && signingKey === undefined,
      'TOLLGATE_SIGNING_KEY (--signing-key <file>): is needed with witnesses: they cosign what it has signed',
    ],
    [isInData(signingKey), `TOLLGATE_SIGNING_KEY (--signing-key <file>): must not lie in the data folder ${data}`],
    [isInData(numberKeys), `TOLLGATE_NUMBER_KEYS (--number-keys <folder>): must not lie in the data folder ${data}`],
  ];
  return faults.flatMap(([isSo, fault]) => (isSo ? [fault] : []));
};

/** Where it is or will be, whatever links lead there. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
};
