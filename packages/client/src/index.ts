export { createClient } from './client';
export type { CallOptions, Client, ClientOptions } from './client';
export { followCommands } from './follow-commands';
export type { Followed, FollowOptions } from './follow-commands';
export { AnswerError, ConnectionError, textOf } from './http';
export type { Call } from './http';
export { path } from './path';
