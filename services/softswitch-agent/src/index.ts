export { startAgent } from './agent';
export type { AgentParts, SwitchPlace } from './agent';
export { kafkaCommands } from './commands/kafka-commands';
