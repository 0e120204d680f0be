// @ts-check
'use strict';

const token = /\s*("(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|[{}[\],:])/y;

/** Whether a text that is JSON says a name twice in one object: every token in turn, slow and plain. @param {string} text */
const saysTwice = (text) => {
  /** @type {string[]} */
  const tokens = [];
  for (token.lastIndex = 0; token.lastIndex < text.length;) {
    const found = token.exec(text);
    if (found === null) break;
    tokens.push(found[1] ?? '');
  }
  /** @type {string[][]} */
  const open = [];
  return tokens.some((one, index) => {
    if (one === '{' || one === '[') open.push([]);
    if (one === '}' || one === ']') open.pop();
    if (tokens[index + 1] !== ':') return false;
    const names = open.at(-1) ?? [];
    const name = JSON.parse(one);
    if (names.includes(name)) return true;
    names.push(name);
    return false;
  });
};

module.exports = { saysTwice };
