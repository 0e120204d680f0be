export { startAgent } from './agent';
export type { SwitchPlace } from './agent';
export type { Tariffs } from './calls/tariffs';
export type { CommandSource } from './commands/command-source';
export { kafkaCommands } from './commands/kafka-commands';
