export { accountOpening, cutoffSetting } from './accounts';
export type { Acknowledgement, AcknowledgementAnswer, CommandAcknowledgement } from './acknowledgements';
export type { AccountAnswer, AccountView, BlockedView, HistoryItem, RecordAnswer, RecordForecast } from './answers';
export type { AuthorizationAnswer, ReleaseAnswer, ReservationView } from './authorizations';
export { asyncApiDocument } from './asyncapi';
export { byOf } from './by';
export { authorizationAttributes, unrated } from './cdr';
export type { Cdr, UnratedMessage, UnratedReason } from './cdr';
export { claimHeadersOf, claimsOf } from './claims';
export { accountIdPattern, instant, recordIdPattern } from './fields';
export type { InputLost } from './input-lost';
export {
  accountStream,
  cutoffStream,
  isAccountEvent,
  lostStream,
  rejectedStream,
  signingKeyStream,
  streamPrefixes,
  switchStream,
} from './log-event';
export type { AcknowledgementEvent, LogEvent, LossEvent, RejectionEvent } from './log-event';
export { logLine, logLineOf, originText } from './log-line';
export { openApiDocument } from './openapi';
export { isKnownPath } from './known-path';
export { doubledFault } from './doubled-name';
export {
  parseAcknowledgement,
  parseAuthorization,
  parseBody,
  parseCdr,
  parseCutoff,
  parseExtending,
  parseFurther,
  parseJson,
  parseJsonText,
  parseOpening,
  parseReleasing,
  parseStatementClosing,
  recordKinds,
} from './parse';
export type { Parsed } from './parse';
export { problemOf, problems } from './problem';
export type { Problem, ProblemCode } from './problem';
export type { ConsistencyProof, InclusionProof } from './proofs';
export {
  accountQuery,
  batchQuery,
  checkpointQuery,
  consistencyQuery,
  historyQuery,
  inclusionQuery,
  lastEventId,
  listQuery,
  pastListQuery,
  statementQuery,
  statementsQuery,
  streamQuery,
  tilePath,
} from './queries';
export { endorsedText } from './signing-key';
export type { SigningKeyChange } from './signing-key';
export { adjustment, payment, reversal, usage } from './records';
export { payloadOf, rejection, shorten } from './rejection';
export type { RejectedMessage } from './rejection';
export type { StatementAnswer, StatementView } from './statements';
export { storedEvents, UnknownEvent } from './stored-event';
export { checkpointTopicOf, raterTopicsOf, topicsOf } from './topics';
export type { RaterTopics, Topics } from './topics';
export { cloudEventHeaders, commandIdOf, trafficCommand, trafficCommandOf } from './traffic-control';
export type { TrafficCommand } from './traffic-control';
export { isUnreadUsage, unreadUsage, unreadUsageLine } from './unread-usage';
export { webhookCommandAnswer, webhookFullSetAnswer, webhookState } from './webhook';
