// @ts-check
'use strict';

/** @typedef {{ node: any, parent: any }} Path as Babel gives it */

/** `new Error(…)`, and a `detail` as in a problem or a rejection: what people read. @param {Path} path */
const isMessage = ({ node, parent }) =>
  (parent.type === 'NewExpression' && /Error$/.test(parent.callee.name) && parent.arguments[0] === node) ||
  (parent.type === 'ObjectProperty' && parent.key.name === 'detail' && parent.value === node) ||
  (parent.type === 'VariableDeclarator' && parent.id.name === 'detail');

/** Leaves the wording of messages alone; every other text is changed. */
exports.strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'messages',
    value: {
      shouldIgnore: (/** @type {Path} */ path) =>
        path.parent && isMessage(path) ? 'the wording of a message' : undefined,
    },
  },
];
