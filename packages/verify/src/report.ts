import type { AccountBalances } from './fold';
import type { Finding } from './finding';
import type { Verdict } from './verify-export';

const shownFindings = 20;

type Told = { balances: AccountBalances[] | undefined; isSigned: boolean };

/** What was found in an export, for people. */
export const reportOf = (verdict: Verdict, { balances = [], isSigned }: Told): string[] => {
  const { lines, root, provenLines, accounts, edges, findings } = verdict;
  const proof =
    provenLines === 0
      ? 'no checkpoint proves them'
      : `the first ${String(provenLines)} are proven by a checkpoint${isSigned ? '' : unsigned}`;
  return [
    ...balances.map(
      ({ accountId, currency, balances: { inbound, outbound, mutual } }) =>
        `${accountId} ${currency} inbound ${inbound} outbound ${outbound} mutual ${mutual}`,
    ),
    ...shown(findings),
    `${String(lines)} events of ${String(accounts)} accounts, root ${root}; ${proof}.`,
    `${counted(findings)} in ${String(lines)} events and ${String(edges)} blocks and unblocks.`,
  ];
};

/** What was found of a single proof, for people. */
export const proofReportOf = (findings: readonly Finding[], { isSigned }: { isSigned: boolean }): string[] => [
  ...shown(findings),
  `${counted(findings)}${findings.length > 0 ? '' : `: it is as it was signed${isSigned ? '' : unsigned}`}.`,
];

const unsigned = ', whose signature was not checked: there is no --key';

const shown = (findings: readonly Finding[]): string[] => {
  const first = findings.slice(0, shownFindings).map((finding) => `  ${placeOf(finding)}: ${finding.what}`);
  return findings.length > shownFindings ? [...first, `  and ${String(findings.length - shownFindings)} more`] : first;
};

const placeOf = ({ line, checkpoint }: Finding): string =>
  line === undefined ? String(checkpoint) : `line ${String(line)}`;

const counted = ({ length }: readonly Finding[]): string => `${String(length)} difference${length === 1 ? '' : 's'}`;
