// @ts-check
'use strict';

const { isDeepStrictEqual } = require('node:util');
const { contentOf } = require('./meaning');

/** Each record of each file is in the log as the whole file has it, and names the file and its line. @param {any[]} events @param {import('./report').Report} report */
const checkFiles = (events, report) => {
  const inLog = new Map(events.map((event) => [`${event.type} ${contentOf(event.data)}`, event]));
  for (const [content, claimed] of report.imported) {
    const event = inLog.get(content);
    const { source, line } = event?.metadata ?? {};
    if (event === undefined) report.fault(`of ${claimed.file} the log lacks ${content}`);
    else if (!isDeepStrictEqual({ ...source.claimed, line }, claimed))
      report.fault(
        `${content} is from ${JSON.stringify(claimed)}, and the log says ${JSON.stringify(source.claimed)}, ${line}`,
      );
  }
};

module.exports = { checkFiles };
