export { createKafka, type KafkaClient, type KafkaSettings } from './client';
export { runConsumer, type ConsumerOptions, type ConsumerState, type RunningConsumer } from './consumer';
export { KafkaUnavailable, PublishError } from './errors';
export type { KafkaLog } from './logging';
export type { ReceivedMessage } from './partition-work';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher';
export type { OutgoingMessage } from './requests';
export { ensureTopics, type EnsuredTopics, type TopicSettings } from './topics';
export { readTopic } from './read-topic';
