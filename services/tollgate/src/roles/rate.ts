import { startRater } from '@tollgate/cdr-rater';
import type { Rater } from '@tollgate/cdr-rater';
import { raterTopicsOf } from '@tollgate/contracts';
import { Counter, Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import { partitions } from '../first-contact';
import { loadPartners } from '../rater-file';
import type { Ground, Part } from './part';

/** Rates the calls that the switch tells of; what they cost the ledger reads as usage. */
export const startRating = ({ settings, kafka, clock, logger }: Ground): Part => {
  if (kafka === undefined) throw new Error('no calls are rated without a broker');
  const { client, contact } = kafka;
  const rater = startRater({
    client,
    topics: { ...kafka.topics, ...raterTopicsOf(settings.kafkaTopicPrefix) },
    groupId: `${settings.kafkaGroup}-rater`,
    partitions,
    partners: loadPartners(settings),
    ready: contact.done,
    clock,
    logger,
  });
  return {
    readiness: [{ name: 'rater', check: rater.readiness }],
    observe: (registers) => {
      observeRater(rater, registers);
    },
    stopTaking: rater.stop,
  };
};

const observeRater = ({ counts, readiness }: Rater, registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_rater_ready',
    help: '1 while CDRs are read from Kafka and rated',
    registers,
    collect() {
      this.set(readiness().isReady ? 1 : 0);
    },
  });
  const count = (name: string, help: string, value: () => number): void => {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  count('tollgate_rater_cdrs_total', 'CDRs read since the start, those that came again included', () => counts.cdrs);
  count('tollgate_rater_usage_total', 'Usage published since the start: a leg of a call each', () => counts.rated);
  count('tollgate_rater_lost_total', 'How often CDRs were lost before they could be read', () => counts.lost);
  new Counter({
    name: 'tollgate_rater_unrated_total',
    help: 'Legs, and CDRs that cannot be read, published as unrated since the start',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, value] of counts.unrated) this.inc({ reason }, value);
    },
  });
};
