// @ts-check
'use strict';

const { oneDigit, summarise, times, whole } = require('../figures-of.js');

/**
 * What an event costs at two sizes.
 * @param {string} title @param {string} size @param {[Sized, Sized]} two @returns {import('../report').Section}
 * @typedef {{ at: number, count: number, seconds: number, cpuSeconds: number }} Sized
 */
const costSection = (title, size, two) => {
  const [small, many] = two.map((one) => ({ at: one.at, ...summarise([one]) }));
  const growth = Number(many?.cpuMicros) / Number(small?.cpuMicros);
  return {
    title,
    measures: `Batches of 1,000 lines (3 under way, until balances and decisions have followed) at two sizes. CPU of the server, all threads, per event.`,
    columns: [size, 'events/s', 'CPU µs'],
    rows: [
      ...[small, many].map((one) => [whole(Number(one?.at)), whole(Number(one?.perSecond)), oneDigit(one?.cpuMicros)]),
      ['larger / smaller', times(Number(many?.perSecond) / Number(small?.perSecond)), times(growth)],
    ],
    findings: [
      {
        figure: `cost of an event at ${whole(two[0].at)} and ${whole(two[1].at)} ${size}`,
        tollgate: `${oneDigit(small?.cpuMicros)} and ${oneDigit(many?.cpuMicros)} µs of CPU (${times(growth)})`,
        marks: [{ text: '≤ 1.3 ×', isMet: growth <= 1.3 }],
      },
    ],
    raw: two,
  };
};

module.exports = { costSection };
