#!/usr/bin/env python3
"""Checks what `tollgate export` printed, offline, with nothing but Python 3.9 or newer.

The second verifier: it shares no line and no library with the first (packages/verify) nor with Tollgate. It checks the hash tree
(RFC 9162), the signatures (Ed25519, RFC 8032), that every checkpoint is of this history, that no stream has a gap, that every id counts
once, and what every balance is. Blocks and unblocks are judged by the first.
"""
from __future__ import annotations

import argparse
import base64
import functools
import hashlib
import json
import os
import re
import sys
import unicodedata
from typing import Callable, Iterable, Iterator, NamedTuple, Optional

HELP_END = """\
Memory grows with the payments and calls, some 250 bytes each: a reversal may name any of them.
Ends with 0 if all is as it should be, with 1 if something differs, with 2 if it could not be checked.
"""
SHOWN_FINDINGS = 20


class Unusable(Exception):
    """Something was given that is not what it should be: nothing can be checked with it."""


class Finding(NamedTuple):
    """Something is not as it should be: in a line of the export, counted from 1, or with a checkpoint."""

    what: str
    line: Optional[int] = None
    checkpoint: Optional[str] = None

    def place(self) -> str:
        return f"line {self.line}" if self.checkpoint is None else self.checkpoint


# Ed25519 (RFC 8032, 5.1): points of the curve -x² + y² = 1 + d·x²·y², as (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = "tuple[int, int, int, int]"


def point_sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_times(point: Point, factor: int) -> Point:
    total = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            total = point_sum(total, point)
        point = point_sum(point, point)
        factor >>= 1
    return total


def point_in(encoded: bytes) -> Optional[Point]:
    """The point that 32 bytes encode (5.1.3); none where they encode none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P != 0 or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_in((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=1024)
def is_signature(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 key signed the message (5.1.7)."""
    public, commitment = point_in(key), point_in(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or scalar >= ORDER or len(signature) != 64:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    one, other = point_times(BASE, scalar), point_sum(commitment, point_times(public, challenge))
    return all((one[at] * other[2] - other[at] * one[2]) % P == 0 for at in (0, 1))


# Keys and checkpoints: signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature).

SIGNS, COSIGNS = b"\x01", b"\x04"


class PublicKey(NamedTuple):
    name: str
    key_id: str
    bytes: bytes


class Checkpoint(NamedTuple):
    """What somebody signed: how many events a ledger had, and the root of the tree of their lines."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: "list[tuple[str, str, bytes]]"


def from_base64(text: str) -> Optional[bytes]:
    """Only what encodes to the same text again: a spare bit that is set would be a second text for the same bytes."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def read_public_key(line: str, kind: bytes = SIGNS) -> PublicKey:
    what = "public key" if kind == SIGNS else "key of a witness"
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", line.strip())
    typed = None if match is None else from_base64(match[3])
    if match is None or typed is None or len(typed) != 33 or typed[:1] != kind:
        raise Unusable(f"it is no {what}: a line NAME+ID+KEY of an Ed25519 key is expected")
    if hashlib.sha256(match[1].encode(errors="replace") + b"\n" + typed).hexdigest()[:8] != match[2]:
        raise Unusable(f"the {what} does not match its id: it was damaged, or put together from two")
    return PublicKey(match[1], match[2], typed[1:])


def read_checkpoint(note: str) -> Checkpoint:
    text, separator, signatures = note.rpartition("\n\n")
    origin, size, root, *_ = [*text.split("\n"), "", ""]
    decoded = from_base64(root)
    is_size = re.fullmatch(r"0|[1-9][0-9]{0,15}", size) is not None
    if separator == "" or origin == "" or not is_size or decoded is None or len(decoded) != 32:
        raise Unusable("it is no checkpoint: a signed note of origin, size and root is expected")
    return Checkpoint(origin, int(size), decoded, text + "\n", [*signatures_in(signatures)])


def signatures_in(lines: str) -> Iterator["tuple[str, str, bytes]"]:
    for name, text in re.findall(r"^\u2014 (\S+) (\S+)$", lines, re.MULTILINE):
        decoded = from_base64(text) or b""
        if len(decoded) > 4:
            yield name, decoded[:4].hex(), decoded[4:]


def is_cosignature(key: PublicKey, text: str, signature: bytes) -> bool:
    """The time, in seconds of 1970, is signed before the text."""
    message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}"
    return is_signature(key.bytes, message.encode(), signature[8:])


def witness_findings(checkpoints: "dict[str, Checkpoint]", witness: PublicKey) -> Iterator[Finding]:
    """Each cosignature of a witness must be right, and the newest checkpoint must have one: it continues the others."""
    newest = max(checkpoints, key=lambda name: checkpoints[name].size)
    is_cosigned = False
    for name, one in checkpoints.items():
        own = [signature for *who, signature in one.signatures if who == [witness.name, witness.key_id]]
        is_cosigned |= bool(own) and one.size == checkpoints[newest].size
        if not all(is_cosignature(witness, one.text, signature) for signature in own):
            what = f"the cosignature of witness {witness.name} is not its own, or not of this checkpoint"
            yield Finding(what, checkpoint=name)
    if not is_cosigned:
        yield Finding(f"witness {witness.name} has not cosigned it", checkpoint=newest)


# The hash tree (RFC 9162, 2.1).


def leaf_hash(line: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf: of complete subtrees only the roots are kept, one for each bit of the size that is set."""

    def __init__(self) -> None:
        self.size = 0
        self.complete: "list[bytes]" = []

    def add(self, line: bytes) -> None:
        last, bits = leaf_hash(line), self.size
        while bits & 1:
            last = node_hash(self.complete.pop(), last)
            bits >>= 1
        self.complete.append(last)
        self.size += 1

    def root(self) -> bytes:
        if not self.complete:
            return hashlib.sha256().digest()
        return functools.reduce(lambda right, left: node_hash(left, right), reversed(self.complete))


# Keys that follow each other. A key signs up to the line before the event that replaces it, or, where it was stolen, up to a size.


class Keys:
    def __init__(self, given: Iterable[PublicKey]) -> None:
        self.trusted = {key.key_id: key for key in given}
        self.last_size: "dict[str, int]" = {}
        self.first_size: "dict[str, int]" = {}

    def follow(self, data: dict, line: int) -> Iterator[str]:
        """Takes in an event that changes the key; tells what is wrong with it."""
        texts = [data.get("previous"), data.get("next")]
        try:
            previous, following = (read_public_key(str(text)) for text in texts)
        except Unusable as error:
            yield f"SigningKeyChanged: {error}"
            return
        stolen_after = data.get("compromisedAfter")
        last = line - 1 if stolen_after is None else stolen_after
        if not isinstance(last, int) or isinstance(last, bool) or not 0 <= last < line:
            yield f"SigningKeyChanged: {plain(stolen_after)} is no size before it"
            return
        self.last_size[previous.key_id] = min(last, self.last_size.get(previous.key_id, last))
        self.first_size[following.key_id] = line
        # Whoever stole a key can endorse with it too: the next one is then trusted by who was given it.
        if stolen_after is not None or previous.key_id not in self.trusted:
            return
        message = f"tollgate signing key\n{texts[0]}\n{texts[1]}\n".encode()
        endorsement = from_base64(str(data.get("endorsement"))) or b""
        if is_signature(self.trusted[previous.key_id].bytes, message, endorsement):
            self.trusted[following.key_id] = following
        else:
            yield f"SigningKeyChanged: key {previous.key_id} has not signed that key {following.key_id} follows it"

    def faults(self, checkpoint: Checkpoint) -> Iterator[str]:
        names = sorted({key.name for key in self.trusted.values()})
        own = [
            (self.trusted[key_id], signature)
            for name, key_id, signature in checkpoint.signatures
            if key_id in self.trusted and self.trusted[key_id].name == name
        ]
        message = checkpoint.text.encode()
        if not own or not all(is_signature(key.bytes, message, signature) for key, signature in own):
            yield f"it is not signed by the key of {' or '.join(names)}"
        else:
            reasons = [self.out_of_reach(key.key_id, checkpoint.size) for key, _ in own]
            yield from reasons if all(reasons) else []
        for name in names:
            if checkpoint.origin != name and not checkpoint.origin.startswith(f"{name}/"):
                yield f"it is of {checkpoint.origin}, and the key of {name}"

    def out_of_reach(self, key_id: str, size: int) -> str:
        """Why a key may not have signed so many; empty if it may."""
        first, last = self.first_size.get(key_id, 0), self.last_size.get(key_id, size)
        if size < first:
            return f"key {key_id} signs from {first} events on, and it is of {size}"
        return f"key {key_id} signs up to {last} events, and it is of {size}" if size > last else ""


# Balances: whole numbers of ten-thousand-millionths, so that nothing is ever rounded.

SCALE = 10
AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,10}))?")
DIRECTIONS = ("inbound", "outbound")
# Each kind of entry: the name of its id, what it does to the balance, and which amounts it may have.
ENTRIES: "dict[str, tuple[str, int, Callable[[int, str], bool]]]" = {
    "PaymentRecorded": ("payment", 1, lambda amount, _: amount > 0),
    "UsageCharged": ("usage", -1, lambda amount, text: amount >= 0 and not text.startswith("-")),
    "BalanceAdjusted": ("adjustment", 1, lambda amount, _: amount != 0),
}
FORMULAS = ("outbound-minus-inbound", "inbound-minus-outbound")
MOVES_NOTHING = {*(f"Reservation{what}" for what in ("Placed", "Extended", "Released", "Expired")), "StatementClosed"}
# Streams beside those of accounts, and what may stand in them.
OTHER_STREAMS = {
    "cutoff-": {"TrafficBlocked", "TrafficUnblocked"},
    "rejected-": {"MessageRejected"},
    "lost-": {"InputLost"},
    "switch-": {"CommandAcknowledged"},
    "signing-": {"SigningKeyChanged"},
}


def amount_in(text: object) -> Optional[int]:
    match = AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    amount = int(match[2]) * 10**SCALE + int((match[3] or "").ljust(SCALE, "0"))
    return -amount if match[1] else amount


def amount_text(amount: int) -> str:
    """The shortest exact form."""
    whole, rest = divmod(abs(amount), 10**SCALE)
    fraction = str(rest).zfill(SCALE).rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


class Account:
    def __init__(self, account_id: str, currency: str) -> None:
        self.account_id = account_id
        self.currency = currency
        self.is_net_credit = False
        self.sums = {"inbound": 0, "outbound": 0}
        # By kind and id: direction, amount as written; absent once it is reversed.
        self.entries: "dict[str, dict[str, Optional[tuple[str, str]]]]" = {kind: {} for kind, _, _ in ENTRIES.values()}
        self.reversals: "set[str]" = set()

    def balances(self) -> "dict[str, str]":
        net = self.sums["inbound"] - self.sums["outbound"]
        mutual = net if self.is_net_credit else -net
        return {**{name: amount_text(self.sums[name]) for name in DIRECTIONS}, "mutual": amount_text(mutual)}


class Ledger:
    """What happened to each account, by the rules alone."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.accounts: "dict[str, Account]" = {}
        self.revisions: "dict[str, int]" = {}

    def apply(self, event: dict, line: int) -> Iterator[str]:
        """Tells what is wrong with the next event; nothing if all is right."""
        stream, revision, kind = event["stream"], event["revision"], event["type"]
        before = self.revisions.get(stream, -1)
        self.revisions[stream] = revision
        if revision != before + 1:
            yield f"{stream} goes on with revision {revision} after {before}"
        if stream.startswith("account-"):
            yield from self.apply_fact(stream[len("account-") :], event)
        elif not any(stream.startswith(prefix) and kind in kinds for prefix, kinds in OTHER_STREAMS.items()):
            yield f"{kind} does not belong into {stream}"
        elif kind == "SigningKeyChanged":
            yield from self.keys.follow(event["data"], line)

    def apply_fact(self, account_id: str, event: dict) -> Iterator[str]:
        kind, data = event["type"], event["data"]
        if kind != "CutoffChanged" and data.get("accountId") != account_id:
            yield f"{kind} of {data.get('accountId')} stands in {event['stream']}"
        if kind == "AccountOpened":
            yield from self.open(account_id, data)
        account = self.accounts.get(account_id)
        if account is None:
            yield f"{kind} comes before {account_id} is opened"
        elif kind in ENTRIES:
            yield from enter(account, kind, data)
        elif kind == "EntryReversed":
            yield from reverse(account, event)
        elif kind == "CutoffChanged":
            yield from set_formula(account, data)
        elif kind != "AccountOpened" and kind not in MOVES_NOTHING:
            yield f"{kind} does not belong into {event['stream']}"

    def open(self, account_id: str, data: dict) -> Iterator[str]:
        if account_id in self.accounts:
            yield f"{account_id} is opened twice"
            return
        self.accounts[account_id] = Account(account_id, str(data.get("currency")))
        yield from set_formula(self.accounts[account_id], data.get("cutoff", {}))


def set_formula(account: Account, rule: object) -> Iterator[str]:
    """Of a rule only the formula moves a balance that is shown."""
    formula = rule.get("mutualFormula", FORMULAS[0]) if isinstance(rule, dict) else None
    if formula not in FORMULAS:
        yield f"{plain(rule)} is no rule"
    else:
        account.is_net_credit = formula == FORMULAS[1]


def enter(account: Account, kind: str, data: dict) -> Iterator[str]:
    """Adds a payment, call or adjustment to its account."""
    name, sign, is_allowed = ENTRIES[kind]
    text, direction, currency = data.get("amount"), data.get("direction"), data.get("currency")
    amount = amount_in(text)
    if amount is None or not is_allowed(amount, str(text)):
        yield f"{kind}: {plain(text)} is no amount for it"
        return
    if direction not in DIRECTIONS:
        yield f"{kind}: {plain(direction)} is no direction"
        return
    entry_id = plain(data.get(f"{name}Id"))
    if entry_id in account.entries[name]:
        yield f"{name} {entry_id} of {account.account_id} counts twice"
    if currency != account.currency:
        yield f"{name} {entry_id} of {account.account_id} is in {plain(currency)}, and the account in {account.currency}"
    account.entries[name][entry_id] = (sys.intern(direction), str(text))
    account.sums[direction] += sign * amount


def reverse(account: Account, event: dict) -> Iterator[str]:
    """Takes back what a reversal names, once."""
    data, reversed_entry = event["data"], event.get("reversed")
    of = data.get("of") if isinstance(data.get("of"), dict) else {}
    name, entry_id, reversal_id = plain(of.get("kind")), plain(of.get("id")), plain(data.get("reversalId"))
    entries = account.entries.get(name, {})
    if entry_id not in entries:
        yield f"{name} {entry_id} of {account.account_id} is reversed, and was never recorded"
        return
    entry = entries[entry_id]
    if entry is None:
        yield f"{name} {entry_id} of {account.account_id} is reversed twice"
        return
    if reversal_id in account.reversals:
        yield f"reversal {reversal_id} counts twice"
    direction, text = entry
    if reversed_entry is not None and reversed_entry != {"direction": direction, "amount": text}:
        yield f"{name} {entry_id} of {account.account_id} was {text} {direction}; its reversal says {plain(reversed_entry)}"
    entries[entry_id] = None
    account.reversals.add(reversal_id)
    account.sums[direction] -= (-1 if name == "usage" else 1) * (amount_in(text) or 0)


def plain(value: object) -> str:
    if value is None:
        return "undefined"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# An export, line by line.


class NoEvent(Exception):
    """The line is no event of a ledger; the message says why."""


def event_in(line: bytes) -> dict:
    try:
        event = json.loads(line.decode(), parse_constant=int)  # NaN and Infinity are no numbers of JSON, nor of int
    except (ValueError, RecursionError):
        raise NoEvent("it is no JSON") from None
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise NoEvent("it is no event")
    texts = [event.get(name) for name in ("stream", "eventId", "type", "recordedAt")]
    if not all(isinstance(text, str) for text in texts) or type(event.get("revision")) is not int:
        raise NoEvent("stream, revision, eventId, type and recordedAt are not all there")
    return event


class Verdict(NamedTuple):
    lines: int
    root: str
    proven_lines: int
    accounts: "list[Account]"
    findings: "list[Finding]"


class Proofs:
    """Compares the root at the size of each checkpoint."""

    def __init__(self, checkpoints: "dict[str, Checkpoint]") -> None:
        self.waiting = sorted(checkpoints.items(), key=lambda named: named[1].size)
        self.proven = 0

    def compare(self, tree: Tree) -> Iterator[Finding]:
        while self.waiting and self.waiting[0][1].size == tree.size:
            name, checkpoint = self.waiting.pop(0)
            if tree.root() == checkpoint.root:
                self.proven = tree.size
                continue
            what = f"one of lines {self.proven + 1} to {tree.size} was changed, moved, left out or put in"
            yield Finding(f"the first {tree.size} lines are not those that were signed: {what}", checkpoint=name)

    def missing(self, tree: Tree) -> Iterator[Finding]:
        for name, checkpoint in self.waiting:
            what = f"{checkpoint.size} lines were signed, and the export ends after {tree.size}"
            yield Finding(what, checkpoint=name)


class Given(NamedTuple):
    checkpoints: "dict[str, Checkpoint]"
    keys: "list[PublicKey]"
    witnesses: "list[PublicKey]"


def verify(lines: Iterable[bytes], given: Given) -> Verdict:
    """Reads an export once, from its first line to its last."""
    tree, keys, proofs = Tree(), Keys(given.keys), Proofs(given.checkpoints)
    ledger = Ledger(keys)
    first: Optional[str] = None
    findings = [*proofs.compare(tree)]
    for line in lines:
        tree.add(line)
        findings += proofs.compare(tree)
        try:
            event = event_in(line)
            first = event["eventId"] if first is None else first
            findings += [Finding(what, line=tree.size) for what in ledger.apply(event, tree.size)]
        except NoEvent as error:
            findings.append(Finding(str(error), line=tree.size))
    findings += proofs.missing(tree)
    for name, checkpoint in given.checkpoints.items():
        findings += [Finding(what, checkpoint=name) for what in keys.faults(checkpoint) if given.keys]
        if first is not None and checkpoint.origin.split("/")[1:2] != [first]:
            findings.append(Finding(f"it is of {checkpoint.origin}, and the export is of tollgate/{first}", checkpoint=name))
    findings += [one for witness in given.witnesses for one in witness_findings(given.checkpoints, witness)]
    root = base64.b64encode(tree.root()).decode()
    return Verdict(tree.size, root, proofs.proven, [*ledger.accounts.values()], findings)


# The command.


def named(path: str, read: Callable) -> object:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return read(file.read())
    except (Unusable, UnicodeDecodeError) as error:
        raise Unusable(f"{path}: {error}") from None


def read_key(given: str, kind: bytes) -> PublicKey:
    read = functools.partial(read_public_key, kind=kind)
    return named(given, read) if os.path.exists(given) else read(given)


def as_json(verdict: Verdict, with_balances: bool) -> str:
    findings = [{name: value for name, value in one._asdict().items() if value is not None} for one in verdict.findings]
    result = {"lines": verdict.lines, "root": verdict.root, "provenLines": verdict.proven_lines}
    result.update(accounts=len(verdict.accounts), findings=findings)
    if with_balances:
        result["balances"] = [
            {"accountId": account.account_id, "currency": account.currency, "balances": account.balances()}
            for account in verdict.accounts
        ]
    return json.dumps(result, separators=(",", ":"), ensure_ascii=False)


def describe(verdict: Verdict, with_balances: bool, is_signed: bool) -> Iterator[str]:
    for account in verdict.accounts if with_balances else []:
        balances = " ".join(f"{name} {text}" for name, text in account.balances().items())
        yield f"{account.account_id} {account.currency} {balances}"
    for finding in verdict.findings[:SHOWN_FINDINGS]:
        yield f"  {finding.place()}: {finding.what}"
    if len(verdict.findings) > SHOWN_FINDINGS:
        yield f"  and {len(verdict.findings) - SHOWN_FINDINGS} more"
    unsigned = "" if is_signed else ", whose signature was not checked: there is no --key"
    proof = f"the first {verdict.proven_lines} are proven by a checkpoint{unsigned}"
    if verdict.proven_lines == 0:
        proof = "no checkpoint proves them"
    yield f"{verdict.lines} events of {len(verdict.accounts)} accounts, root {verdict.root}; {proof}."
    count = len(verdict.findings)
    yield f"{count} difference{'' if count == 1 else 's'} in {verdict.lines} events."


def run(arguments: "list[str]") -> int:
    parser = argparse.ArgumentParser(
        prog="tollgate_verify.py",
        allow_abbrev=False,
        description="Checks what tollgate export printed, offline: the hash tree, signatures and checkpoints, and every balance.",
        epilog=HELP_END,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("export", help="a file, or - for what comes in")
    parser.add_argument("--key", action="append", default=[], help="a public key: its line, or a file that holds it")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="a signed checkpoint")
    parser.add_argument("--witness", action="append", default=[], metavar="KEY", help="of who must have cosigned the newest")
    parser.add_argument("--balances", action="store_true", help="print every balance as the events say it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    if (given.key or given.witness) and not given.checkpoint:
        raise Unusable(f"--{'key' if given.key else 'witness'}: there is no --checkpoint to check with it")
    checkpoints = {path: named(path, read_checkpoint) for path in given.checkpoint}
    keys, witnesses = ([read_key(text, kind) for text in of] for of, kind in ((given.key, SIGNS), (given.witness, COSIGNS)))
    with open(sys.stdin.fileno() if given.export == "-" else given.export, "rb") as file:
        lines = (line[:-1] if line.endswith(b"\n") else line for line in file)
        verdict = verify(lines, Given(checkpoints, keys, witnesses))
    told = [printable(line) for line in describe(verdict, given.balances, bool(keys))]
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(*([as_json(verdict, given.balances)] if given.json else told), sep="\n")
    return 1 if verdict.findings else 0


def printable(text: str) -> str:
    """On one line of a terminal: nothing in it can move the cursor, and so write over a finding, or begin a line of its own."""
    return "".join("\ufffd" if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)


def main() -> None:
    try:
        sys.exit(run(sys.argv[1:]))
    except (Unusable, OSError) as error:
        print(f"tollgate_verify.py: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
