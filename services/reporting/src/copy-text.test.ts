import { copyLine, dayText, timeText } from './copy-text';

test('what COPY would take for its own is escaped, and NUL, which PostgreSQL cannot keep, is replaced', () => {
  expect(copyLine(['a\tb', 'c\\N', undefined, 'd\r\ne', 'f\0g', ''])).toBe(
    'a\\tb\tc\\\\N\t\\N\td\\r\\ne\tf\ufffdg\t\n',
  );
});

test.each([
  ['2026-01-31T23:59:59.999999999Z', '2026-01-31T23:59:59.999999Z', '2026-01-31'],
  ['2026-01-31T23:59:59.9999999+00:00', '2026-01-31T23:59:59.999999+00:00', '2026-01-31'],
  ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z', '2026-01-31'],
  ['0000-02-29T00:00:00Z', '0001-02-29T00:00:00Z BC', '0001-02-29 BC'],
])('%s is %s on %s: never rounded into the next day, nor refused', (instant, time, day) => {
  expect([timeText(instant), dayText(instant)]).toEqual([time, day]);
});
