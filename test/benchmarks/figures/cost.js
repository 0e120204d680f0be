// @ts-check
'use strict';

const { oneDigit, summarise, times, whole } = require('../figures-of.js');

/**
 * What an event costs at two sizes, and what writing as many bytes to a file did then, if that was measured.
 * @param {string} title @param {string} size @param {[Sized, Sized]} two @returns {import('../report').Section}
 * @typedef {{ at: number, count: number, seconds: number, cpuSeconds: number, writeMicros?: number }} Sized
 */
const costSection = (title, size, two) => {
  const [small, many] = two.map((one) => ({ at: one.at, ...summarise([one]) }));
  const growth = Number(many?.cpuMicros) / Number(small?.cpuMicros);
  const floors = two.map(({ writeMicros }) => writeMicros);
  return {
    title,
    measures: `Batches of 1,000 lines (3 under way, until balances and decisions have followed) at two sizes. CPU of the server, all threads, per event. Floor, where it is shown: the CPU that writing as many bytes to a file takes; it rises where the machine has to get memory for its cache that it had not used before.`,
    columns: [size, 'events/s', 'CPU µs', 'floor µs'],
    rows: [
      ...[small, many].map((one, index) => [
        whole(Number(one?.at)),
        whole(Number(one?.perSecond)),
        oneDigit(one?.cpuMicros),
        oneDigit(floors[index]),
      ]),
      ['larger / smaller', times(Number(many?.perSecond) / Number(small?.perSecond)), times(growth), ''],
    ],
    findings: [
      {
        figure: `cost of an event at ${whole(two[0].at)} and ${whole(two[1].at)} ${size}`,
        tollgate: `${oneDigit(small?.cpuMicros)} and ${oneDigit(many?.cpuMicros)} µs of CPU (${times(growth)})`,
        ...(floors[0] !== undefined && {
          floor: `writing as many bytes ${floors.map(oneDigit).join(' and ')} µs`,
        }),
        marks: [{ text: '≤ 1.3 ×', isMet: growth <= 1.3 }],
      },
    ],
    raw: two,
  };
};

module.exports = { costSection };
