"""What imaplib leaves undone: taking IMAP responses apart (RFC 3501 §9)."""

import re

# A parenthesis, a quoted string, a literal, or an atom. An atom may have a
# section in it: BODY[HEADER.FIELDS (SUBJECT)]<0>.
TOKEN = re.compile(
    rb' *(?:(?P<paren>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|\{(?P<literal>\d+)\}\r\n'
    rb"|(?P<atom>(?:\[[^\]]*\]|[^ ()\"\[])+))",
    re.DOTALL,
)


def parse(octets):
    """The values in a response: octets, lists, and None for NIL."""
    stack = [[]]
    at = 0
    while at < len(octets):
        token = TOKEN.match(octets, at)
        if not token:
            raise AssertionError(f"expected a value at {octets[at:at + 60]!r}")
        at = token.end()
        if token["paren"] == b"(":
            stack.append([])
        elif token["paren"]:
            done = stack.pop()
            stack[-1].append(done)
        elif token["literal"] is not None:
            end = at + int(token["literal"])
            stack[-1].append(octets[at:end])
            at = end
        elif token["quoted"] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", token["quoted"]))
        else:
            stack[-1].append(None if token["atom"].upper() == b"NIL" else token["atom"])
    if len(stack) != 1:
        raise AssertionError(f"parentheses left open: {octets[:200]!r}")
    return stack[0]


def responses(data):
    """The responses in what imaplib returns, each parsed.

    imaplib makes a tuple of what precedes a literal and the literal.
    """
    found, octets = [], b""
    for piece in data:
        if piece is None:
            continue
        if isinstance(piece, tuple):
            octets += piece[0] + b"\r\n" + piece[1]
        else:
            found.append(parse(octets + piece))
            octets = b""
    return found


def ok(result):
    """The data of a command that has succeeded."""
    status, data = result
    if status != "OK":
        raise AssertionError(f"expected OK, got {status} {data}")
    return data


def no(result):
    """The text of a command that has failed."""
    status, data = result
    if status != "NO":
        raise AssertionError(f"expected NO, got {status} {data}")
    return data[-1]


def messages(data):
    """FETCH responses: the items of each message, by its number."""
    found = {}
    for number, items in responses(data):
        named = {name.upper(): value for name, value in zip(items[::2], items[1::2])}
        found.setdefault(int(number), {}).update(named)
    return found


def fetch(client, numbers, items):
    """The items of messages, by their numbers."""
    client.response("FETCH")  # what has come unasked
    return messages(ok(client.fetch(numbers, items)))


def uid_fetch(client, uids, items):
    """The items of messages, by their UIDs."""
    client.response("FETCH")
    found = messages(ok(client.uid("FETCH", uids, items)))
    return {int(each[b"UID"]): each for each in found.values()}


def flags(client, number):
    """The flags of a message, but for \\Recent."""
    return set(fetch(client, str(number), "(FLAGS)")[number][b"FLAGS"]) - {rb"\Recent"}


def numbers(data):
    """The numbers of a SEARCH or EXPUNGE response."""
    return [int(number) for piece in data if piece for number in piece.split()]
