'use strict';
// Node's own type stripper: types become spaces, so lines and columns stay and no source map is needed.
const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

module.exports = {
  process: (code) => ({ code: stripTypeScriptTypes(code, { mode: 'strip' }) }),
  getCacheKey: (code, file, { configString, instrument }) =>
    createHash('sha256')
      .update([code, file, configString, String(instrument), process.version].join('\0'))
      .digest('hex'),
};
