import { parseArgs } from 'node:util';
import { Unusable } from './checkpoint';

export const help = `Usage: tollgate-verify EXPORT [--key KEY]... [--checkpoint FILE]... [--witness KEY]...
                       [--tiles FOLDER] [--statement FILE]... [--balances] [--json]
       tollgate-verify LINE --inclusion PROOF --checkpoint FILE [--key KEY]... [--witness KEY]... [--json]
       tollgate-verify --consistency PROOF --checkpoint OLD --checkpoint NEW [--key KEY]... [--witness KEY]... [--json]
       tollgate-verify --tiles FOLDER --checkpoint FILE... [--key KEY]... [--witness KEY]... [--json]

Checks what "tollgate export" printed, offline: every event against the rules, every balance, every block and unblock; and with
checkpoints, that nothing was changed, left out, put in or moved since they were signed. EXPORT is a file, or - for what comes in.
Without an export it checks that one line of it, in a file, is among those that were signed, or that a checkpoint continues another,
or that the hashes in tiles are those that were signed.

  --key KEY             a public key: its line, or a file that holds it. The first is the one you had first; another one only if it was
                        replaced after it was stolen, and the next came to you on the same way: a key in a mail is no key
  --checkpoint FILE     a signed checkpoint, best one that was kept from earlier and a new one; may be given several times
  --witness KEY         the public key of a witness, who must have cosigned the newest of the checkpoints; its line, or a file
  --inclusion PROOF     what /v1/proofs/inclusion answered, in a file
  --consistency PROOF   what /v1/proofs/consistency answered, in a file
  --tiles FOLDER        tiles of hashes as /v1/tile/ has them, a folder for each level: 0/000, 0/x001/234, 0/001.p/17; with an export they
                        say which line is the first that differs
  --statement FILE      balances to compare with: lines "ACCOUNT inbound|outbound|mutual BALANCE", or {"ACCOUNT":{"inbound":"BALANCE"}}
  --balances            print every balance as the events say it
  --json                print the result as JSON

Ends with 0 if all is as it should be, with 1 if something differs, with 2 if it could not be checked.
`;

const options = {
  key: { type: 'string', multiple: true },
  witness: { type: 'string', multiple: true },
  checkpoint: { type: 'string', multiple: true },
  inclusion: { type: 'string' },
  consistency: { type: 'string' },
  tiles: { type: 'string' },
  statement: { type: 'string', multiple: true },
  balances: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const seeHelp = 'see tollgate-verify --help';

/** What was asked for. Throws `Unusable`, in words, where that is not clear. */
export const readArguments = (args: string[]): { path: string | undefined; values: Values } => {
  const { values, positionals, tokens } = parsed(args);
  const [path, second] = positionals;
  if (second !== undefined) {
    const at = tokens.findIndex(
      (token, index) => token.kind === 'positional' && token.value !== path && isFlag(tokens[index - 1]),
    );
    const [flag, file] = [tokens[at - 1], tokens[at]];
    throw new Unusable(
      flag?.kind === 'option' && file?.kind === 'positional'
        ? `${flag.rawName} takes no file: what is ${file.value}? ${seeHelp}`
        : `two files are named: ${String(path)} and ${second}. Did you forget --checkpoint or --key before one of them? ${seeHelp}`,
    );
  }
  if (!values.help) checkTogether(path, values);
  return { path, values };
};

type Token = ReturnType<typeof parsed>['tokens'][number];

const isFlag = (token: Token | undefined): boolean => token?.kind === 'option' && token.value === undefined;

const parsed = (args: string[]) => {
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const [, name = ''] = /'(?:-\w, )?(-[^' ]*)/.exec(message) ?? [];
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new Unusable(`there is no option ${name}: ${seeHelp}`);
    throw new Unusable(
      message.includes('does not take')
        ? `${name} takes no value: ${seeHelp}`
        : `${name}: a file or a value must follow it; ${seeHelp}`,
    );
  }
};

/** What is not meant to be asked for together was a mistake: it must not be passed over. */
const checkTogether = (path: string | undefined, values: Values): void => {
  const { inclusion, consistency, tiles, balances, statement } = values;
  const ways = [inclusion, consistency, tiles].filter((way) => way !== undefined).length;
  const isNamed = path !== undefined;
  const isExport = isNamed && inclusion === undefined;
  const mistakes: [isMade: boolean, what: string][] = [
    [isNamed && consistency !== undefined, '--consistency takes no export: two checkpoints and a proof say it all'],
    [!isNamed && inclusion !== undefined, '--inclusion: name the file with the line'],
    [ways > 1, '--inclusion, --consistency and --tiles are checked one at a time'],
    [ways === 0 && !isNamed, 'name the file with the export'],
    [!isExport && (balances || statement !== undefined), '--balances and --statement need a whole export'],
  ];
  const [, what] = mistakes.find(([isMade]) => isMade) ?? [];
  if (what !== undefined) throw new Unusable(`${what}; ${seeHelp}`);
};
