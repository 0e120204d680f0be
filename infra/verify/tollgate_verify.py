#!/usr/bin/env python3
"""Checks what `tollgate export` printed, offline, with nothing but Python 3.9 or newer.

The second verifier: it shares no line and no library with the first (packages/verify) nor with Tollgate. It checks the hash tree
(RFC 9162), the signatures (Ed25519, RFC 8032), that every checkpoint is of this history, that no stream has a gap, that every id counts
once, what every balance is, and that closed statements sum up what they cover. Blocks and unblocks are judged by the first.
"""
from __future__ import annotations

import argparse
import base64
import datetime
import functools
import hashlib
import json
import os
import re
import sys
import unicodedata
from typing import BinaryIO, Callable, Iterable, Iterator, NamedTuple, Optional

SHOWN_FINDINGS = 20


class Unusable(Exception):
    """Something, or a line of the export, is not what it should be: nothing can be checked with it."""


# Ed25519 (RFC 8032, 5.1): points (x, y) of the curve -x² + y² = 1 + d·x²·y².

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = "tuple[int, int]"


def point_sum(one: Point, other: Point) -> Point:
    product = D * one[0] * other[0] * one[1] * other[1] % P
    x = (one[0] * other[1] + other[0] * one[1]) * pow(1 + product, -1, P) % P
    return (x, (one[1] * other[1] + one[0] * other[0]) * pow(1 - product, -1, P) % P)


def point_times(point: Point, factor: int) -> Point:
    total = (0, 1)
    while factor > 0:
        total = point_sum(total, point) if factor & 1 else total
        point, factor = point_sum(point, point), factor >> 1
    return total


def point_in(encoded: bytes) -> Optional[Point]:
    """The point that 32 bytes encode (5.1.3); none where they encode none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = next((x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if (x * x - square) % P == 0), None)
    is_none = y >= P or x is None or (x == 0 and sign == 1)
    return None if is_none else (x if x & 1 == sign else P - x, y)


BASE = point_in((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=1024)
def is_signature(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 key signed the message (5.1.7)."""
    public, commitment, scalar = point_in(key), point_in(signature[:32]), int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or scalar >= ORDER or len(signature) != 64:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return point_times(BASE, scalar) == point_sum(commitment, point_times(public, challenge))


# Keys and checkpoints: signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature).

SIGNS, COSIGNS = b"\x01", b"\x04"


PublicKey = NamedTuple("PublicKey", [("name", str), ("key_id", str), ("bytes", bytes)])
# What somebody signed: how many events a ledger had, and the root of the tree of their lines.
Checkpoint = NamedTuple("Checkpoint", [("origin", str), ("size", int), ("root", bytes), ("text", str), ("signatures", list)])


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
    text, separator, signatures = note.rstrip().rpartition("\n\n")
    origin, size, root, *extension = [*text.split("\n"), "", ""]
    decoded = from_base64(root)
    is_size = re.fullmatch(r"0|[1-9][0-9]{0,15}", size) is not None
    if "" in (separator, origin) or not is_size or decoded is None or len(decoded) != 32:
        raise Unusable("it is no checkpoint: a signed note of origin, size and root is expected")
    if "" in extension[:-2]:
        raise Unusable("it holds more than one checkpoint: save each in a file of its own")
    # The dash is no part of what is signed: mail programs put others in its place.
    found = re.findall(r"^[\u2014\u2013-] (\S+) (\S+)$", signatures, re.MULTILINE)
    signed = [(name, from_base64(base64_text) or b"") for name, base64_text in found]
    own = [(name, one[:4].hex(), one[4:]) for name, one in signed if len(one) > 4]
    return Checkpoint(origin, int(size), decoded, text + "\n", own)


def witness_findings(checkpoints: "dict[str, Checkpoint]", witness: PublicKey) -> Iterator["tuple[str, str]"]:
    """Each cosignature of a witness must be right, and the newest checkpoint must have one: it continues the others."""
    newest = max(checkpoints, key=lambda name: checkpoints[name].size)
    is_cosigned = False
    for name, one in checkpoints.items():
        own = [signature for *who, signature in one.signatures if who == [witness.name, witness.key_id]]
        is_cosigned |= bool(own) and one.size == checkpoints[newest].size
        # The time, in seconds of 1970, is signed before the text.
        texts = [f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{one.text}" for signature in own]
        if not all(is_signature(witness.bytes, text.encode(), signature[8:]) for text, signature in zip(texts, own)):
            yield name, f"the cosignature of witness {witness.name} is not its own, or not of this checkpoint"
    if not is_cosigned:
        yield newest, f"witness {witness.name} has not cosigned it"


# The hash tree (RFC 9162, 2.1).


def hash_of(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """Grows leaf by leaf: of complete subtrees only the roots are kept, one for each bit of the size that is set."""

    def __init__(self) -> None:
        self.size, self.complete = 0, []

    def add(self, line: bytes) -> None:
        last, bits = hash_of(b"\x00", line), self.size
        while bits & 1:
            last, bits = hash_of(b"\x01", self.complete.pop(), last), bits >> 1
        self.complete.append(last)
        self.size += 1

    def root(self) -> bytes:
        roots = self.complete[::-1] or [hash_of()]
        return functools.reduce(lambda right, left: hash_of(b"\x01", left, right), roots)


# Keys that follow each other. A key signs up to the line before the event that replaces it, or, where it was stolen, up to a size.


class Keys:
    def __init__(self, given: "list[PublicKey]") -> None:
        self.given, self.trusted = given, {key.key_id: key for key in given}
        # The first key that was given, and those that events lead to from it.
        self.introduced = {key.key_id for key in given[:1]}
        self.first_size, self.last_size = {}, {}

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
        if type(last) is not int or not 0 <= last < line:
            yield f"SigningKeyChanged: {plain(stolen_after)} is no size before it"
            return
        self.last_size[previous.key_id] = min(last, self.last_size.get(previous.key_id, last))
        self.first_size[following.key_id] = line
        # Whoever stole a key can endorse with it too: the next one is then trusted by who was given it.
        if stolen_after is None and previous.key_id in self.trusted:
            message = f"tollgate signing key\n{texts[0]}\n{texts[1]}\n".encode()
            endorsement = from_base64(str(data.get("endorsement"))) or b""
            if not is_signature(self.trusted[previous.key_id].bytes, message, endorsement):
                yield f"SigningKeyChanged: key {previous.key_id} has not signed that key {following.key_id} follows it"
                return
            self.trusted[following.key_id] = following
        if previous.key_id in self.introduced:
            self.introduced.add(following.key_id)

    def faults(self, checkpoint: Checkpoint) -> "list[str]":
        """What is wrong with who signed it; nothing where no key was given."""
        origin, signatures, trusted = checkpoint.origin, checkpoint.signatures, self.trusted
        elsewhere = [key for key in self.given if origin != key.name and not origin.startswith(f"{key.name}/")]
        if elsewhere or not self.given:
            return [f"it is of {origin}, and key {key.key_id} is of {key.name}" for key in elsewhere]
        own = [(key_id, one) for name, key_id, one in signatures if key_id in trusted and trusted[key_id].name == name]
        named = [key_id for name, key_id, _ in signatures if name in {key.name for key in self.given}]
        ids, expected = " and ".join(dict(own) or named), f"key {' and '.join(trusted)}"
        if not own and not named:
            return [f"it has no signature that can be read, and {expected} should have signed it: save it as it came"]
        if not own:
            return [f"it is signed by key {ids}, and not by {expected}: it is of a key that you were not given, or forged"]
        if not all(is_signature(trusted[key_id].bytes, checkpoint.text.encode(), one) for key_id, one in own):
            return [f"its signature by key {ids} is wrong: it was damaged on the way, or forged"]
        reaches = [self.out_of_reach(key_id, checkpoint.size) for key_id, _ in own]
        if None not in reaches or self.introduced.intersection(dict(own)):
            return [] if None in reaches else reaches
        told = f"it is signed by key {ids}, and nothing that was read says that it follows key {self.given[0].key_id}"
        return [f"{told}, the first that was given: it proves only what you trust key {ids} for"]

    def out_of_reach(self, key_id: str, size: int) -> Optional[str]:
        first, last = self.first_size.get(key_id, 0), self.last_size.get(key_id, size)
        if size < first:
            return f"key {key_id} signs from {first} events on, and it is of {size}"
        return f"key {key_id} signs up to {last} events, and it is of {size}" if size > last else None


# Balances: whole numbers of ten-thousand-millionths, so that nothing is ever rounded.

SCALE = 10
AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,10}))?")
DIRECTIONS = ("inbound", "outbound")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
# Each kind of entry: the name of its id, and which amounts it may have.
ENTRIES: "dict[str, tuple[str, Callable[[int, str], bool]]]" = {
    "PaymentRecorded": ("payment", lambda amount, _: amount > 0),
    "UsageCharged": ("usage", lambda amount, text: amount >= 0 and not text.startswith("-")),
    "BalanceAdjusted": ("adjustment", lambda amount, _: amount != 0),
}
KINDS = [kind for kind, _ in ENTRIES.values()]
FORMULAS = ("outbound-minus-inbound", "inbound-minus-outbound")
MOVES_NOTHING = {"ReservationPlaced", "ReservationExtended", "ReservationReleased", "ReservationExpired"}
# Streams beside those of accounts, and what may stand in them.
OTHER_STREAMS = {
    **{"cutoff-": {"TrafficBlocked", "TrafficUnblocked"}, "rejected-": {"MessageRejected"}, "lost-": {"InputLost"}},
    **{"switch-": {"CommandAcknowledged"}, "signing-": {"SigningKeyChanged"}},
}


def amount_in(text: object) -> Optional[int]:
    match = AMOUNT.fullmatch(text) if isinstance(text, str) else None
    return match and int(match[1] + match[2] + (match[3] or "").ljust(SCALE, "0"))


def amount_text(amount: int) -> str:
    """The shortest exact form."""
    digits = str(abs(amount)).zfill(SCALE + 1)
    return f"{'-' if amount < 0 else ''}{digits[:-SCALE]}.{digits[-SCALE:]}".rstrip("0").rstrip(".")


class Account:
    def __init__(self, account_id: str, currency: str) -> None:
        self.account_id, self.currency, self.is_net_credit = account_id, currency, False
        self.sums = {"inbound": 0, "outbound": 0}
        # Reversals, closed statements; by kind and id: direction, amount as written; absent once it is reversed.
        self.reversals, self.statements = set(), set()
        self.entries: "dict[str, dict[str, Optional[tuple[str, str]]]]" = {kind: {} for kind in KINDS}
        # What moved it since the last statement: revision, time of recording, direction, kind, amount.
        self.end, self.through, self.closings = None, -1, {"inbound": 0, "outbound": 0}
        self.moves: "list[tuple[int, str, str, str, int]]" = []

    def balances(self) -> dict:
        net = self.sums["inbound"] - self.sums["outbound"]
        sums = {**self.sums, "mutual": net if self.is_net_credit else -net}
        balances = {name: amount_text(amount) for name, amount in sums.items()}
        return {"accountId": self.account_id, "currency": self.currency, "balances": balances}

    def move(self, event: dict, kind: str, direction: str, amount: int) -> None:
        self.sums[direction] += -amount if kind == "usage" else amount
        self.moves.append((event["revision"], sys.intern(event["recordedAt"]), direction, kind, amount))

    def close(self, event: dict) -> Iterator[str]:
        """Takes in a closed statement: from where the one before ended, the sums of what was recorded before it ends."""
        data, told = event["data"], event["data"].get("figures")
        named, through, to = f"statement {plain(data.get('statementId'))}", data.get("throughRevision"), data.get("to")
        if type(through) is not int or not self.through <= through < event["revision"]:
            yield f"{named} cannot cover what is up to revision {plain(through)}"
            return
        covered = [move for move in self.moves if move[0] <= through]
        due = {"number": len(self.statements) + 1, "from": self.end, "fromRevision": self.through + 1, "entries": len(covered)}
        yield from unlike(named, data, due)
        if named in self.statements:
            yield f"{named} is closed twice"
        for move in [move for move in covered if not is_before(move[1], to)][:1]:
            yield f"{named} ends {plain(to)}, and covers revision {move[0]}, which was recorded {move[1]}"
        if self.end is not None and not is_before(self.end, to):
            yield f"{named} ends {plain(to)}, and begins {plain(data.get('from'))}"
        if is_before(event.get("receivedAt", event["recordedAt"]), to):
            yield f"{named} ends {plain(to)}, and was closed before that"
        for direction in DIRECTIONS:
            sums = [sum(move[4] for move in covered if move[2:4] == (direction, kind)) for kind in KINDS]
            figures = [self.closings[direction], *sums, self.closings[direction] + sums[0] - sums[1] + sums[2]]
            self.closings[direction] = figures[-1]
            due = dict(zip(("opening", "payments", "usage", "adjustments", "closing"), map(amount_text, figures)))
            yield from unlike(f"{named}, {direction}", told.get(direction) if isinstance(told, dict) else None, due)
        self.statements.add(named)
        self.end, self.through = to, through
        self.moves = [move for move in self.moves if move[0] > through]


def unlike(named: str, told: object, due: dict) -> Iterator[str]:
    for name, value in due.items():
        one = told.get(name) if isinstance(told, dict) else None
        if one != value or type(one) is not type(value):
            yield f"{named}: its {name} is {plain(one)}, and should be {plain(value)}"


def is_before(one: object, other: object) -> bool:
    """Whether a time, RFC 3339 UTC, is before another one, to the nanosecond. What is no time is before none."""
    matches = map(TIME.fullmatch, (str(one), str(other)))
    first, second = [match and (match[1], (match[2] or "").ljust(9, "0")) for match in matches]
    return first is not None and second is not None and first < second


class Ledger:
    """What happened to each account, by the rules alone."""

    def __init__(self, keys: Keys) -> None:
        self.keys, self.accounts, self.revisions = keys, {}, {}

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
        if kind == "AccountOpened" and account_id in self.accounts:
            yield f"{account_id} is opened twice"
        elif kind == "AccountOpened":
            self.accounts[account_id] = Account(account_id, str(data.get("currency")))
        account = self.accounts.get(account_id)
        if account is None:
            yield f"{kind} comes before {account_id} is opened"
        elif kind in ENTRIES:
            yield from enter(account, event)
        elif kind == "EntryReversed":
            yield from reverse(account, event)
        elif kind == "StatementClosed":
            yield from account.close(event)
        elif kind in ("AccountOpened", "CutoffChanged"):
            # Of a rule only the formula moves a balance that is shown.
            rule = data if kind == "CutoffChanged" else data.get("cutoff", {})
            formula = rule.get("mutualFormula", FORMULAS[0]) if isinstance(rule, dict) else None
            account.is_net_credit = formula == FORMULAS[1]
            if formula not in FORMULAS:
                yield f"{plain(rule)} is no rule"
        elif kind not in MOVES_NOTHING:
            yield f"{kind} does not belong into {event['stream']}"


def enter(account: Account, event: dict) -> Iterator[str]:
    """Adds a payment, call or adjustment to its account."""
    kind, data = event["type"], event["data"]
    name, is_allowed = ENTRIES[kind]
    text, direction, currency = data.get("amount"), data.get("direction"), data.get("currency")
    amount = amount_in(text)
    is_amount = amount is not None and is_allowed(amount, str(text))
    if not is_amount or direction not in DIRECTIONS:
        yield f"{kind}: " + (f"{plain(direction)} is no direction" if is_amount else f"{plain(text)} is no amount for it")
        return
    entry_id = plain(data.get(f"{name}Id"))
    if entry_id in account.entries[name]:
        yield f"{name} {entry_id} of {account.account_id} counts twice"
    if currency != account.currency:
        yield f"{name} {entry_id} of {account.account_id} is in {plain(currency)}, and the account in {account.currency}"
    account.entries[name][entry_id] = (sys.intern(direction), str(text))
    account.move(event, name, sys.intern(direction), amount)


def reverse(account: Account, event: dict) -> Iterator[str]:
    """Takes back what a reversal names, once."""
    data, reversed_entry = event["data"], event.get("reversed")
    of = data.get("of") if isinstance(data.get("of"), dict) else {}
    name, entry_id, reversal_id = plain(of.get("kind")), plain(of.get("id")), plain(data.get("reversalId"))
    entries = account.entries.get(name, {})
    entry = entries.get(entry_id)
    if entry is None:
        how = " twice" if entry_id in entries else ", and was never recorded"
        yield f"{name} {entry_id} of {account.account_id} is reversed{how}"
        return
    if reversal_id in account.reversals:
        yield f"reversal {reversal_id} counts twice"
    direction, text = entry
    if reversed_entry is not None and reversed_entry != {"direction": direction, "amount": text}:
        yield f"{name} {entry_id} of {account.account_id} was {text} {direction}; its reversal says {plain(reversed_entry)}"
    entries[entry_id] = None
    account.reversals.add(reversal_id)
    account.move(event, name, direction, -(amount_in(text) or 0))


def plain(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "undefined" if value is None else value if isinstance(value, str) else text


# An export, line by line.

MANGLED = {
    b"\xef\xbb\xbf": "it begins with a byte order mark: it was opened and saved on the way, not necessarily changed",
    b"\xff\xfe": "it is UTF-16: it was converted on the way, not necessarily changed",
    b"\x1f\x8b": "it is compressed, and must be unpacked first",
}
# What was done to a line on the way that JSON would not mind.
CR_LF = "it ends with CR LF: it was converted on the way, not necessarily changed; ask for it as it was printed"
WHITE_SPACE = "it has white space at its beginning or end: it is not as it was printed"


def mangling_of(content: bytes) -> Optional[str]:
    """What an editor, a mail program or a shell did to a file on the way, by how it begins."""
    return next((what for mark, what in MANGLED.items() if content.startswith(mark)), None)


def event_in(line: bytes) -> dict:
    try:
        event = json.loads(line.decode(), parse_constant=int)  # NaN and Infinity are no numbers of JSON, nor of int
    except (ValueError, RecursionError):
        raise Unusable("it is no JSON") from None
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise Unusable("it is no event")
    texts = [event.get(name) for name in ("stream", "eventId", "type", "recordedAt")]
    if not all(isinstance(text, str) for text in texts) or type(event.get("revision")) is not int:
        raise Unusable("stream, revision, eventId, type and recordedAt are not all there")
    return event


def root_faults(sound: "dict[str, Checkpoint]", holding: "dict[str, int]", lines: int) -> Iterator["tuple[str, str]"]:
    """Of checkpoints in the order of their size: that the root that was signed is not that of the export at the same size."""
    for name, own in ((name, own) for name, own in sound.items() if name not in holding):
        others = [twin for twin, one in sound.items() if (one.origin, one.size) == (own.origin, own.size)]
        # It is told once, of the one that does not hold, or else of the second.
        told = [twin for twin in others if twin in holding] or others[: others.index(name)]
        twin = next((twin for twin in told if sound[twin].root != own.root), None)
        before = max([size for size in holding.values() if size < own.size], default=0)
        if twin is not None:
            yield name, f"it and {twin} are of {own.size} lines, with different roots: two histories were signed"
        elif own.size > lines:
            cut = f"the export ends after {lines}: it was cut, or is older than the checkpoint"
            yield name, f"{own.size} lines were signed, and {cut}"
        else:
            changed = f"{before + 1} to {own.size} was changed, moved, left out or put in"
            yield name, f"the first {own.size} lines are not those that were signed: one of lines {changed}"


# What to check with: checkpoints by their names; the keys of who signs, and of those who must have cosigned.
Given = NamedTuple("Given", [("checkpoints", dict), ("keys", list), ("witnesses", list)])


def verify(lines: Iterable[bytes], given: Given, soon: str) -> dict:
    """Reads an export once, from its first line to its last; what comes of it, as it is told with --json and --balances."""
    tree, keys, by_size = Tree(), Keys(given.keys), dict(sorted(given.checkpoints.items(), key=lambda named: named[1].size))
    sizes, roots, ledger = {one.size for one in by_size.values()}, {0: tree.root()}, Ledger(keys)
    findings, first, opening, newest = [], None, b"", ("", 0)
    for line in lines:
        if tree.size == 0:
            opening, mangled = line[:40], mangling_of(line) or (CR_LF if line.endswith(b"\r") else None)
            if mangled is not None:
                raise Unusable(f"line 1: {mangled}")
        elif tree.size == 20 and first is None:
            break
        tree.add(line)
        if tree.size in sizes:
            roots[tree.size] = tree.root()
        try:
            event = event_in(line)
            first, newest = first or event, max(newest, (event["recordedAt"], tree.size))
            is_printed = line.startswith(b"{") and line.endswith(b"}")
            whats = [] if is_printed else [CR_LF if line.endswith(b"\r") else WHITE_SPACE]
            findings += [{"what": what, "line": tree.size} for what in [*whats, *ledger.apply(event, tree.size)]]
        except Unusable as error:
            findings.append({"what": str(error), "line": tree.size})
    if first is None:
        what = f"it is no export: no line of it is an event, and it begins with {plain([opening.decode(errors='replace')])[1:-1]}"
        raise Unusable(what if tree.size > 0 else "it is empty")
    if tree.size == 1 and (first["revision"] != 0 or first["stream"].startswith("cutoff-")):
        raise Unusable("it is one line from the middle of a ledger: that is checked by tollgate-verify with --inclusion PROOF")
    own = f"and the export is of tollgate/{first['eventId']}: of another ledger, or its first line was changed"
    # A checkpoint that has faults of its own proves nothing, and accuses nobody.
    is_own = {name: one.origin.split("/")[1:2] == [first["eventId"]] for name, one in by_size.items()}
    faults = {name: keys.faults(one) if is_own[name] else [f"it is of {one.origin}, {own}"] for name, one in by_size.items()}
    told = [(name, what) for name, whats in faults.items() for what in whats]
    sound = {name: one for name, one in by_size.items() if not faults[name]}
    holding = {name: one.size for name, one in sound.items() if roots.get(one.size) == one.root}
    told += root_faults(sound, holding, tree.size)
    told += [one for witness in given.witnesses for one in witness_findings(given.checkpoints, witness)]
    findings += [{"what": what, "checkpoint": name} for name, what in told]
    by, proven = ([*holding.items()] or [(None, 0)])[-1]
    ahead = f"it is of {newest[0]}, and that is after now: one of the clocks is wrong, or the line was made up"
    return {
        **{"lines": tree.size, "root": base64.b64encode(tree.root()).decode(), "provenLines": proven, "provenBy": by},
        **{"accounts": len(ledger.accounts), "notChecked": NOT_CHECKED, "findings": findings},
        "notes": [{"what": ahead, "line": newest[1]}] if newest[0] > soon else [],
        "balances": [account.balances() for account in ledger.accounts.values()],
    }


HELP_END = """Ends with 0 if all is as it should be, with 1 if something differs, with 2 if it could not be checked. Memory grows
with the payments and calls, some 400 bytes each: a reversal may name any of them, a statement cover it."""
NOT_CHECKED = "blocks, unblocks and reservations"


def read_from(path: str, read: Callable) -> object:
    """What is wrong with a file is said with its name."""
    try:
        with open(sys.stdin.fileno() if path == "-" else path, "rb") as file:
            return read(file)
    except (Unusable, OSError) as error:
        raise Unusable(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def text_of(file: BinaryIO) -> str:
    """A byte order mark, and another kind of line end, are no part of what was said."""
    content = file.read().removeprefix(b"\xef\xbb\xbf")
    if mangling_of(content) is not None:
        raise Unusable(f"{mangling_of(content)}; save it as it came")
    return content.decode(errors="replace").replace("\r\n", "\n")


def read_key(given: str, kind: bytes) -> PublicKey:
    if os.path.exists(given):
        return read_from(given, lambda file: read_public_key(text_of(file), kind))
    try:
        return read_public_key(given, kind)
    except Unusable as error:
        raise Unusable(f"{given}: no such file, and {error}") from None


def describe(verdict: dict, with_balances: bool, missing: Optional[str]) -> Iterator[str]:
    for account in verdict["balances"] if with_balances else []:
        balances = " ".join(f"{name} {text}" for name, text in account["balances"].items())
        yield f"{account['accountId']} {account['currency']} {balances}"
    for kind, told in (("", verdict["findings"]), ("note: ", verdict["notes"])):
        for one in told[:SHOWN_FINDINGS]:
            yield f"  {kind}{one.get('checkpoint') or 'line ' + str(one.get('line'))}: {one['what']}"
        if len(told) > SHOWN_FINDINGS:
            yield f"  {kind}and {len(told) - SHOWN_FINDINGS} more"
    verb, lines, by = "proven by" if missing is None else "those of", verdict["lines"], verdict["provenBy"]
    proof = "no checkpoint proves them" if by is None else f"the first {verdict['provenLines']} are {verb} {by}"
    yield f"{lines} events of {verdict['accounts']} accounts, root {verdict['root']}; {proof}."
    count, noted = len(verdict["findings"]), f" and {len(verdict['notes'])} note" if verdict["notes"] else ""
    unsigned = "" if missing is None else f"; nobody's signature was checked: there is no {missing}"
    unchecked = f"{NOT_CHECKED} were NOT checked: use tollgate-verify for them"
    yield f"{count} difference{'s' * (count != 1)}{noted} in {lines} events; {unchecked}{unsigned}."


def run(arguments: "list[str]") -> int:
    about = f"{__doc__.splitlines()[0]} {HELP_END}"
    parser = argparse.ArgumentParser("tollgate_verify.py", description=about, allow_abbrev=False)
    parser.add_argument("export", help="a file, or - for what comes in")
    parser.add_argument("--key", action="append", default=[], help="a public key: its line, or a file; the first one first")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="a signed checkpoint")
    parser.add_argument("--witness", action="append", default=[], metavar="KEY", help="of who must have cosigned the newest")
    parser.add_argument("--balances", action="store_true", help="print every balance as the events say it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    if (given.key or given.witness) and not given.checkpoint:
        raise Unusable(f"--{'key' if given.key else 'witness'}: there is no --checkpoint to check with it")
    checkpoints = {path: read_from(path, lambda file: read_checkpoint(text_of(file))) for path in given.checkpoint}
    keys, witnesses = ([read_key(text, kind) for text in of] for of, kind in ((given.key, SIGNS), (given.witness, COSIGNS)))
    # An event may be recorded by another clock, which is some minutes ahead.
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)).isoformat()
    proofs = Given(checkpoints, keys, witnesses)
    verdict = read_from(given.export, lambda file: verify((line.removesuffix(b"\n") for line in file), proofs, soon))
    missing = None if keys else "--key" if checkpoints else "--checkpoint"
    told = [printable(line) for line in describe(verdict, given.balances, missing)]
    shown = {name: one for name, one in verdict.items() if one is not None and (name != "balances" or given.balances)}
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(json.dumps(shown, separators=(",", ":"), ensure_ascii=False) if given.json else "\n".join(told), flush=True)
    return 1 if verdict["findings"] else 0


def printable(text: str) -> str:
    """On one line of a terminal: nothing in it can move the cursor, and so write over a finding, or begin a line of its own."""
    return "".join("\ufffd" if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except (Unusable, OSError) as error:
        print(f"tollgate_verify.py: {printable(str(error))}", file=sys.stderr)
        os._exit(2)  # Not by sys.exit, which would try once more to write what could not be.
