import fc from 'fast-check';
import { createProgress } from './progress';

/** Which of the spans handed out settles next, and how. */
const settlements = fc.array(fc.record({ pick: fc.nat(), isDurable: fc.boolean() }), { maxLength: 60 });

it('never has an offset due that has an undurable message before it, and has every message due in the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), settlements, (count, steps) => {
      const progress = createProgress();
      const durable = new Set<number>();
      let open: { at: number; held: ReturnType<typeof progress.handOut> }[] = [];
      const handOutFrom = (from: number): void => {
        for (let at = from; at < count; at += 1)
          open.push({ at, held: progress.handOut({ first: String(at), next: String(at + 1) }) });
      };
      const settle = (pick: number, isDurable: boolean): void => {
        const [chosen] = open.splice(pick % open.length, 1);
        if (!chosen) return;
        if (isDurable) durable.add(chosen.at);
        if (isDurable) progress.markDurable(chosen.held);
        else progress.markFailed(chosen.held);
        for (let at = 0; at < Number(progress.due() ?? 0); at += 1) expect(durable).toContain(at);
        const failedAt = progress.failedAt();
        if (failedAt === undefined || !progress.isSettled()) return;
        expect(failedAt).toBe(progress.due() ?? '0');
        progress.startAgain();
        handOutFrom(Number(failedAt));
      };
      handOutFrom(0);
      for (const { pick, isDurable } of steps) if (open.length > 0) settle(pick, isDurable);
      while (open.length > 0) settle(0, true);
      expect(progress.due()).toBe(String(count));
      open = [];
    }),
  );
});
