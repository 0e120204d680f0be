"""What beancount and DuckDB make of an export, as JSON, for the tests to compare."""

import decimal
import json
import sys


def beancount(path):
    """The balance of every account, by beancount's own reading, checking and adding."""
    from beancount import loader
    from beancount.core import realization

    # Of its own it computes with 28 digits: a sum of 10**18 or more would be rounded.
    decimal.getcontext().prec = 60

    entries, errors, options = loader.load_file(path)
    if errors:
        raise SystemExit("\n".join(str(error) for error in errors[:5]))
    root = realization.realize(entries)
    return {
        account.account: [[position.units.currency, format(position.units.number, "f")] for position in account.balance]
        for account in realization.iter_children(root, leaf_only=True)
    }


def sums_of(table, path):
    """Sums of the effects by account, direction and currency, exact."""
    import duckdb as engine

    rows = engine.execute(
        "select account_id, direction, currency, sum(effect::decimal(38, 10))::varchar"
        f" from {table} group by all",
        [path],
    ).fetchall()
    return {f"{account}/{direction}": [[currency, total]] for account, direction, currency, total in rows}


def duckdb(path):
    return sums_of("read_csv(?, header = true, all_varchar = true)", path)


def parquet(path):
    """As duckdb, of a table whose amounts are decimals already."""
    import duckdb as engine

    types = engine.execute("select typeof(amount), typeof(effect) from read_parquet(?) limit 1", [path]).fetchone()
    if types != ("DECIMAL(28,10)",) * 2:
        raise SystemExit(f"the amounts are {types}")
    return sums_of("read_parquet(?)", path)


programs = {"beancount": beancount, "duckdb": duckdb, "parquet": parquet}
print(json.dumps(programs[sys.argv[1]](sys.argv[2])))
