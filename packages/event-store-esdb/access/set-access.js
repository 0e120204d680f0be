#!/usr/bin/env node
// @ts-check
'use strict';

const {
  BACKWARDS,
  END,
  EventStoreDBClient,
  NO_STREAM,
  StreamNotFoundError,
  jsonEvent,
} = require('@eventstore/db-client');
const needed = require('./access-list.json');

/*
 * Gives a user of EventStoreDB what access-list.json says that Tollgate needs, on top of what is set already:
 *
 *   EVENTSTORE_URL=… node access/set-access.js USER      (the URL with the name and password of an administrator)
 *
 * Reading $all is a right to system streams; as installed, everybody may read and write the others.
 */

/** @typedef {Record<string, string | string[]>} Acl */
/** @typedef {{ $userStreamAcl: Acl, $systemStreamAcl: Acl }} Settings */

/** @param {string} role @returns {Acl} */
const everything = (role) => ({ $r: role, $w: role, $d: role, $mr: role, $mw: role });
/** @type {Settings} */
const asInstalled = { $userStreamAcl: everything('$all'), $systemStreamAcl: everything('$admins') };

/** @param {Acl} acl @param {Acl} wanted @param {string} user @returns {Acl} */
const withUser = (acl, wanted, user) => {
  const granted = Object.keys(wanted).map((right) => {
    const roles = acl[right] ?? [];
    const list = Array.isArray(roles) ? roles : [roles];
    return [right, list.includes('$all') || list.includes(user) ? roles : [...list, user]];
  });
  return { ...acl, ...Object.fromEntries(granted) };
};

/** @param {EventStoreDBClient} client @returns {Promise<{ settings: Settings, revision: bigint | typeof NO_STREAM }>} */
const readSettings = async (client) => {
  try {
    for await (const { event } of client.readStream('$settings', {
      direction: BACKWARDS,
      fromRevision: END,
      maxCount: 1,
    }))
      if (event !== undefined)
        return { settings: Object.assign({}, asInstalled, event.data), revision: event.revision };
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return { settings: asInstalled, revision: NO_STREAM };
};

/** @param {string} url @param {string} user */
const grant = async (url, user) => {
  const client = EventStoreDBClient.connectionString(url);
  const { settings, revision } = await readSettings(client);
  const data = {
    $userStreamAcl: withUser(settings.$userStreamAcl, needed.$userStreamAcl, user),
    $systemStreamAcl: withUser(settings.$systemStreamAcl, needed.$systemStreamAcl, user),
  };
  if (revision === NO_STREAM || JSON.stringify(data) !== JSON.stringify(settings))
    await client.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data }), {
      expectedRevision: revision,
    });
  process.stdout.write(`${user} may read $all and read and write streams.\n`);
};

const main = async () => {
  const [, , user] = process.argv;
  const url = process.env['EVENTSTORE_URL'];
  if (user === undefined || url === undefined) {
    process.stderr.write('EVENTSTORE_URL=esdb://ADMINISTRATOR:PASSWORD@… node access/set-access.js USER\n');
    return 2;
  }
  await grant(url, user);
  return 0;
};

main().then(
  (code) => process.exit(code),
  (error) => {
    // Not what the client says of a connection string: it quotes it.
    const reason = 'connectionString' in error ? 'the connection string in EVENTSTORE_URL is wrong' : error.message;
    process.stderr.write(`the access list was not set: ${reason}\n`);
    process.exit(1);
  },
);
