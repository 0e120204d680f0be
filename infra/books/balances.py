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


def duckdb(path):
    """Sums of the effects by account, direction and currency, exact."""
    import duckdb as engine

    rows = engine.execute(
        "select account_id, direction, currency, sum(effect::decimal(38, 10))::varchar"
        " from read_csv(?, header = true, all_varchar = true) group by all",
        [path],
    ).fetchall()
    return {f"{account}/{direction}": [[currency, total]] for account, direction, currency, total in rows}


print(json.dumps({"beancount": beancount, "duckdb": duckdb}[sys.argv[1]](sys.argv[2])))
