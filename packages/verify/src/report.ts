import type { AccountBalances } from './fold';
import type { Finding, Proofs } from './finding';
import type { Verdict } from './verify-export';
import type { Proven } from './verify-proof';

const shownFindings = 20;

/** What was found in an export, for people. */
export const reportOf = (verdict: Verdict, balances: readonly AccountBalances[], given: Proofs): string[] => {
  const { lines, root, provenLines, provenBy, accounts, edges, stillDue, findings, notes } = verdict;
  const proof =
    provenBy === undefined
      ? 'no checkpoint proves them'
      : `the first ${String(provenLines)} are ${given.keys.length === 0 ? 'those of' : 'proven by'} ${provenBy}`;
  const due = stillDue === 0 ? '' : `; ${counted(stillDue, 'decision')} still due at the end of the export`;
  return [
    ...balances.map(
      ({ accountId, currency, balances: { inbound, outbound, mutual } }) =>
        `${accountId} ${currency} inbound ${inbound} outbound ${outbound} mutual ${mutual}`,
    ),
    ...shown(findings, notes),
    `${String(lines)} events of ${String(accounts)} accounts, root ${root}; ${proof}.`,
    `${countsOf(findings, notes)} in ${String(lines)} events and ${String(edges)} blocks and unblocks${due}${unsigned(given)}.`,
  ];
};

/** What was found without an export, for people. */
export const proofReportOf = ({ findings, notes, proves }: Proven, given: Proofs): string[] => [
  ...shown(findings, notes),
  `${countsOf(findings, notes)}${findings.length > 0 ? '' : `: ${proves}`}${unsigned(given)}.`,
];

const unsigned = ({ checkpoints, keys }: Proofs): string => {
  if (keys.length > 0) return '';
  return `; nobody's signature was checked: there is no ${checkpoints.length === 0 ? '--checkpoint' : '--key'}`;
};

const shown = (findings: readonly Finding[], notes: readonly Finding[]): string[] => [
  ...firstOf(findings, ''),
  ...firstOf(notes, 'note: '),
];

const firstOf = (findings: readonly Finding[], kind: string): string[] => {
  const first = findings.slice(0, shownFindings).map((finding) => `  ${kind}${placeOf(finding)}: ${finding.what}`);
  const more = findings.length - first.length;
  return more > 0 ? [...first, `  ${kind}and ${String(more)} more`] : first;
};

const placeOf = ({ line, checkpoint, file }: Finding): string =>
  line === undefined ? (checkpoint ?? String(file)) : `line ${String(line)}`;

const countsOf = (findings: readonly Finding[], notes: readonly Finding[]): string =>
  `${counted(findings.length, 'difference')}${notes.length === 0 ? '' : ` and ${counted(notes.length, 'note')}`}`;

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;
