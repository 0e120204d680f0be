import { resolve } from 'node:path';
import { z } from 'zod';
import { roleNames } from './roles';

/** What the text of a setting is read as. */
export const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${String(least)} to ${String(most)}`;
  return z.string().regex(/^\d+$/, rule).transform(Number).pipe(z.number().min(least, rule).max(most, rule));
};

export const flagValue = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

export const mostPort = 65_535;
const portOf = (broker: string): number => Number(broker.slice(broker.lastIndexOf(':') + 1));

export const brokerList = z
  .string()
  .transform((text) => text.split(',').map((broker) => broker.trim()))
  .refine(
    (brokers) => brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker) && portOf(broker) <= mostPort),
    'must be host:port, several with commas between, ports up to 65535',
  );

export const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(name)),
    'must be host names without ports, several with commas between',
  );

/** That of account ids: the contract says so, but all of it would be read at the start of every command. */
const switchPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const switchList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => switchPattern.test(name)),
    'must be ids of switches, 1 to 64 of A-Z a-z 0-9 . _ - that begin with a letter or a digit, several with commas between',
  )
  .transform((names) => [...new Set(names)]);

export const roleList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(roleNames, `must be one of ${roleNames.join(', ')}, or several with commas between`)));

/** What is wrong with it, the one who reads it says. */
export const readBy = (read: (text: string) => unknown) =>
  z.string().check(({ value, issues }) => {
    try {
      read(value);
    } catch (error) {
      issues.push({
        code: 'custom',
        input: undefined,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  });

export const path = z.string().transform((name) => resolve(name));

/** What the names of a ledger's streams in an event store begin with, unless it is said. */
export const initialStreamPrefix = 'tollgate-';
