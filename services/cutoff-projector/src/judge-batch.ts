import { acknowledge, judge } from '@tollgate/balance';
import type { Judgement, RecordedAccountEvent, TrafficEvent } from '@tollgate/balance';
import { commandIdOf, cutoffStream, isAccountEvent, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import type { JudgementStore } from './judgement-store';

type Parts = { log: EventLog<LogEvent>; judgements: Pick<JudgementStore, 'get'>; clock: () => Date };

/** One account's part of a batch. */
type Case = { accountId: string; before: Judgement; events: RecordedAccountEvent[] };

type Verdict = Case & { after: Judgement; decisions: TrafficEvent[] };

/**
 * Judges a batch and appends the decisions of all its accounts in one durable write. Where the log already holds decisions
 * the stored state did not know (a crash came between the two), they are taken over and the account is judged again.
 * `decidedAt` is the position of the last decision met, 0 if there was none.
 */
export const judgeBatch = async (
  { log, judgements, clock }: Parts,
  events: readonly RecordedEvent<LogEvent>[],
): Promise<{ changed: Map<string, Judgement>; decidedAt: Position }> => {
  const changed = new Map<string, Judgement>();
  let decidedAt: Position = 0n;
  let open = casesOf(events, judgements);
  while (open.length > 0) {
    const now = clock().toISOString();
    const verdicts = open.map((one) => judgeCase(one, now));
    const decided = verdicts.filter(({ decisions }) => decisions.length > 0);
    const results = decided.length === 0 ? [] : await log.append(decided.map(appendOf));
    for (const { accountId, after } of verdicts) changed.set(accountId, after);
    open = [];
    for (const [index, result] of results.entries()) {
      const verdict = decided[index];
      if (verdict === undefined) continue;
      const known = result.isAppended ? result.events : await newerDecisions(log, verdict);
      for (const { position } of known) if (position > decidedAt) decidedAt = position;
      if (!result.isAppended) open.push({ ...verdict, before: takeOver(verdict.before, known) });
    }
  }
  return { changed, decidedAt };
};

const casesOf = (events: readonly RecordedEvent<LogEvent>[], judgements: Parts['judgements']): Case[] => {
  const cases = new Map<string, Case>();
  for (const event of events) {
    if (!isAccountEvent(event)) throw new Error(`${event.type} stands in ${event.stream}, where only intake writes`);
    const accountId = event.stream.slice(streamPrefixes.account.length);
    let one = cases.get(accountId);
    if (one === undefined) {
      one = { accountId, before: judgements.get(accountId), events: [] };
      cases.set(accountId, one);
    }
    one.events.push(event);
  }
  return [...cases.values()];
};

const judgeCase = (one: Case, decidedAt: string): Verdict => {
  let after = one.before;
  const decisions: TrafficEvent[] = [];
  for (const event of one.events) {
    const step = judge(after, event, decidedAt);
    after = step.after;
    decisions.push(...step.decisions);
  }
  return { ...one, after, decisions };
};

const appendOf = ({ accountId, before, decisions }: Verdict) => ({
  stream: cutoffStream(accountId),
  expectedRevision: before.sequence - 1,
  events: decisions.map((decision) => ({ ...decision, eventId: commandIdOf(decision.data) })),
});

const pageEvents = 1_000;

/** The next decisions for which the log refused an append. That there are none would be a log that contradicts itself. */
const newerDecisions = async (
  log: EventLog<LogEvent>,
  { accountId, before }: Case,
): Promise<RecordedEvent<LogEvent>[]> => {
  const stream = cutoffStream(accountId);
  const decisions = await log.readStream(stream, { from: before.sequence, limit: pageEvents });
  if (decisions.length === 0) throw new Error(`${stream} refuses a decision and holds none that is newer`);
  return decisions;
};

const takeOver = (before: Judgement, decisions: readonly RecordedEvent<LogEvent>[]): Judgement =>
  decisions.reduce((judgement, event) => {
    if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked')
      throw new Error(`${event.type} stands in ${event.stream}, where only decisions are written`);
    return acknowledge(judgement, event);
  }, before);
