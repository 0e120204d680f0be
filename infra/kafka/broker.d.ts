export type BrokerOptions = {
  /** 0 (the default) picks a free one. Always on 127.0.0.1. */
  port?: number;
  /** Kept after stop(), and started from again. Without it: a temporary folder, removed by stop(). */
  dataDir?: string;
  /** Appended to. Default: `broker.log` in the data folder. */
  logFile?: string;
  /** Broker settings on top of the defaults, e.g. `{ 'message.max.bytes': 100000 }`. */
  config?: Readonly<Record<string, string | number | boolean>>;
  /** Told about slow steps (the first download). */
  onProgress?: (line: string) => void;
};

export type Broker = {
  /** What a client is pointed to: `['127.0.0.1:9092']`. */
  brokers: string[];
  port: number;
  pid: number;
  dataDir: string;
  /** Resolves with a description when the process has ended, however it ended. */
  exited: Promise<string>;
  /** Orderly: SIGTERM, SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** SIGKILL unless said otherwise; resolves once the process is gone. The data stays. */
  kill(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts a real Apache Kafka broker and resolves once it takes requests. It dies with this process. */
export declare const startBroker: (options?: BrokerOptions) => Promise<Broker>;
