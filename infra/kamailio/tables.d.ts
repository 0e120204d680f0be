/** What a switch knows without asking anybody. */
export type SwitchTables = {
  /** Whose calls come from an address (`10.0.0.1`) or an address and port (`10.0.0.1:5060`): address → accountId. */
  trunks: Readonly<Record<string, string>>;
  /** Addresses of peers whose header `X-Account` is believed. */
  trusted: readonly string[];
  /** What becomes of an account's calls while nobody can be asked: `open` or `closed`, which is the default. */
  policies: Readonly<Record<string, string>>;
  /** Digits that a number begins with → `accountId@host:port` of the vendors, the first choice first. */
  routes: Readonly<Record<string, readonly string[]>>;
  /** Each emergency number as it is dialled, and `sos` for `urn:service:sos` → `host:port` of who answers it. */
  emergency: Readonly<Record<string, string>>;
};

/** Writes the tables that Kamailio loads at its start, one file each. Throws a SetupError where something is wrong. */
export declare const writeTables: (folder: string, tables: SwitchTables) => void;
