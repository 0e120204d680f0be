/** Exact decimals by name and currency; what is zero is absent, since not every program prints it. */
export type Sums = Record<string, string>;

export declare const sumsOf: (rows: readonly (readonly [name: string, currency: string, amount: string])[]) => Sums;

/** The balance of every account of a book that `tollgate export --format hledger` printed, by hledger (Debian). */
export declare const hledgerSums: (path: string) => Promise<Sums>;

/** The same by beancount; or the sums of the effects by `accountId/direction`, by DuckDB, of the CSV or the Parquet (both of PyPI). */
export declare const pythonSums: (program: 'beancount' | 'duckdb' | 'parquet', path: string) => Promise<Sums>;

/** The same amount with the other sign. */
export declare const minus: (amount: string) => string;
