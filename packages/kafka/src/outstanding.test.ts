import { setImmediate as nextTurn } from 'node:timers/promises';
import { createOutstanding } from './outstanding';

const load = (messages: number, bytes = 0) => ({ messages, bytes });

describe('what is outstanding', () => {
  it('has room up to its limits, of messages and of bytes', () => {
    const outstanding = createOutstanding(load(10, 100));
    outstanding.add(load(6, 60));
    expect(outstanding.hasRoomFor(load(4, 40))).toBe(true);
    expect(outstanding.hasRoomFor(load(5, 40))).toBe(false);
    expect(outstanding.hasRoomFor(load(4, 41))).toBe(false);
    outstanding.remove(load(6, 60));
    expect(outstanding.isEmpty()).toBe(true);
  });

  it('takes a load above its limits alone', () => {
    const outstanding = createOutstanding(load(10, 100));
    expect(outstanding.hasRoomFor(load(1, 1_000))).toBe(true);
    outstanding.add(load(1, 1_000));
    expect(outstanding.hasRoomFor(load(1, 1))).toBe(false);
  });

  it('lets those go on who waited for room, once there is some', async () => {
    const outstanding = createOutstanding(load(1, 1));
    outstanding.add(load(1));
    outstanding.add(load(1));
    let hasRoom = false;
    const waited = outstanding.until(outstanding.isEmpty).then(() => (hasRoom = true));
    outstanding.remove(load(1));
    await nextTurn();
    await nextTurn();
    expect(hasRoom).toBe(false);
    outstanding.remove(load(1));
    await waited;
  });
});
