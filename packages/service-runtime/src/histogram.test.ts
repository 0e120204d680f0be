import fc from 'fast-check';
import { createHistogram } from './histogram';
import { Histogram, Registry } from './metrics';

const shape = { name: 'waiting_seconds', help: 'How long\none waits', buckets: [0.001, 0.01, 0.5, 5] };
const routes = ['/v1/usage', '/"quoted"\\\n', ''] as const;
const values = fc.oneof(fc.constantFrom(...shape.buckets, 0), fc.double({ min: 0, max: 10, noNaN: true }));

test('shows what the histogram of prom-client shows of the same observations, label by label', async () => {
  const observations = fc.array(fc.record({ route: fc.constantFrom(...routes), value: values }));
  await fc.assert(
    fc.asyncProperty(observations, async (observed) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const begin = createHistogram({ ...shape, registers: [ours] });
      const known = new Histogram({ ...shape, labelNames: ['route', 'status'], registers: [theirs] });
      const all = new Map<string, ReturnType<typeof begin>>();
      for (const { route, value } of observed) {
        const series = all.get(route) ?? begin({ route, status: 200 });
        all.set(route, series);
        series.observe(value);
        known.observe({ route, status: 200 }, value);
      }
      expect(await ours.metrics()).toBe(await theirs.metrics());
      expect(ours.getSingleMetric(shape.name)).toBeDefined();
    }),
  );
});
