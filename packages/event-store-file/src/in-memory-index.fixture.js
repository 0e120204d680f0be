// @ts-check
'use strict';

/** As much of an index as a process needs that only appends and reads. @returns {import('@tollgate/event-store').LogIndex<any>} */
const createInMemoryIndex = () => {
  /** @type {Map<string, import('@tollgate/event-store').StreamHead>} */
  const heads = new Map();
  return {
    start: () => Promise.resolve(0),
    head: (stream) => heads.get(stream),
    near: (stream) => heads.get(stream),
    describe: () => undefined,
    discard: () => undefined,
    add: (group) => {
      for (let index = 0; index < group.count; index += 1)
        heads.set(group.event(index).stream, { revision: group.revision(index), place: group.place(index) });
    },
  };
};

/** @type {import('@tollgate/event-store').EventCodec<any>} */
const codec = { versionOf: () => 1, decode: ({ type, data, metadata }) => ({ type, data, metadata }) };

module.exports = { createInMemoryIndex, codec };
