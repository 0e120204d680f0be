import type { Metric, Registry } from './metrics';

type Labels = Readonly<Record<string, string | number>>;

/** What was observed under the same labels. */
export type Series = { observe(value: number): void };

type Options = { name: string; help: string; buckets: readonly number[]; registers: readonly Registry[] };

/**
 * A histogram as that of prom-client shows it, whose series are held by whoever observes: prom-client puts the labels of each
 * observation into words. Returns how a series is begun: once for the same labels.
 */
export const createHistogram = ({ name, help, buckets, registers }: Options): ((labels: Labels) => Series) => {
  const shown: (() => Value[])[] = [];
  const get = () => {
    const values = shown.flatMap((valuesOf) => valuesOf());
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  };
  // All that a registry asks a metric for.
  for (const registry of registers) registry.registerMetric({ name, get } as unknown as Metric);

  return (labels) => {
    const counts = buckets.map(() => 0);
    let count = 0;
    let sum = 0;
    shown.push(() => {
      let upTo = 0;
      const inBucket = (le: number | string, value: number) => ({
        metricName: `${name}_bucket`,
        labels: { le, ...labels },
        value,
      });
      return [
        ...buckets.map((le, place) => inBucket(le, (upTo += counts[place] ?? 0))),
        inBucket('+Inf', count),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return {
      observe: (value) => {
        count += 1;
        sum += value;
        const place = buckets.findIndex((most) => value <= most);
        if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
      },
    };
  };
};

type Value = { metricName: string; labels: Labels; value: number };
