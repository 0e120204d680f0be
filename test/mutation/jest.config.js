// @ts-check
'use strict';

const { projects = [], rootDir } = require('../jest.config.js');

const unit = projects.find((project) => typeof project === 'object' && project['displayName'] === 'unit');

/** Unit tests alone. @type {import('jest').Config} */
module.exports = { ...(typeof unit === 'object' ? unit : {}), rootDir };
