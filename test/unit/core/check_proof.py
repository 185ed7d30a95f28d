"""Checks a proof file with nothing but this language's own library, by the section "Proofs" of docs/PROTOCOL.md.

    python3 check_proof.py proof.json --node URL [--node URL] [--registry ADDRESS] [--file FILE] [--finality WHEN]

Ends with 0 where everything holds, 1 where a step does not, 2 where it could not be checked.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import urllib.request

RECORD_ADDED = "0x078d964b95d60dc7b6250ee854e159b46f84ee6e052f766bd6dcee974929f5f4"
OWNERSHIP_TRANSFERRED = "0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0"
ENROLLED = "0xf79ed47e60cb9813c17113b9187a1b0d853a92153b01a0750d65267061aa9c4f"
REMOVED = "0x40e634d0e26d9ec2e860e4dd9b7b2cfbb569b6058362a1a54d3a94718bc49587"
SUSPENDED = "0x024088f5d1e69bdc4603965cf96de2ab2ff5483534ff95ec16bd6d9f5da2a05f"
STRUCK = "0xf96495ad4cac05338443b869ded9153ae410e13d7c23e3834f724b30801bca87"
CLEARED = "0x048ecbe458ea2b164589cb73f2642e6df1015084c9d24c456c44c1c1ae1ce38e"
OF_MEMBERS = [ENROLLED, REMOVED, SUSPENDED, STRUCK, CLEARED]
ROLES = ["registrar", "hospital", "ehr-manager", "doctor", "lab", "pharmacist", "researcher", "patient"]
STAFF = ["doctor", "lab", "pharmacist", "researcher"]
NOTHING = "0x" + "00" * 32
PLACE = {"block": int, "hash": 32, "transaction": 32, "index": int}


class Unchecked(Exception):
    """It cannot be said."""


class Wrong(Exception):
    """It does not hold."""


# The file.


def fields(value, needed, optional=()):
    if not isinstance(value, dict) or not set(needed) <= set(value) or not set(value) <= set(needed) | set(optional):
        raise Unchecked("this is not a proof file")
    return value


def check(kind, value):
    if kind is int:
        fits = type(value) is int and 0 <= value < 2**53
    elif isinstance(kind, int):
        fits = isinstance(value, str) and re.fullmatch("0x[0-9a-f]{%d}" % (2 * kind), value)
    else:
        fits = value in kind
    if not fits:
        raise Unchecked("this is not a proof file")


def shape(value, kinds, others=(), optional=()):
    fields(value, list(kinds) + list(others), optional)
    for name, kind in kinds.items():
        check(kind, value[name])


def listed(value, most):
    if not isinstance(value, list) or len(value) > most:
        raise Unchecked("this is not a proof file")
    return value


def check_events(events):
    for event in listed(events, 1000):
        shape(event, PLACE, ["topics", "data"])
        if not 1 <= len(listed(event["topics"], 4)):
            raise Unchecked("this is not a proof file")
        for topic in event["topics"]:
            check(32, topic)
        if not isinstance(event["data"], str) or not re.fullmatch("0x([0-9a-f]{64}){0,2}", event["data"]):
            raise Unchecked("this is not a proof file")


def read_proof(path):
    with open(path, "rb") as file:
        content = file.read(16 * 2**20 + 1)
    if len(content) > 16 * 2**20:
        raise Unchecked("this is not a proof file")
    try:
        proof = json.loads(content.decode("utf-8"))
    except ValueError:
        raise Unchecked("this is not a proof file")
    shape(proof, {"format": ["salus/proof/v1"]}, ["item", "chain", "entry", "author"], ["hospital"])
    shape(proof["item"], {"digest": 32, "leafSalt": 32, "leaf": 32, "root": 32}, ["path"], ["bytes"])
    for node in listed(proof["item"]["path"], 13):
        shape(node, {"side": ["left", "right"], "hash": 32})
    shape(proof["chain"], {"id": int, "registry": 20, "fromBlock": int})
    shape(proof["entry"], {"id": 32, "cid": 32, "patient": 20, "author": 20, **PLACE})
    shape(proof["author"], {"role": ROLES}, ["events"])
    check_events(proof["author"]["events"])
    if "hospital" in proof:
        shape(proof["hospital"], {"address": 20}, ["events"])
        check_events(proof["hospital"]["events"])
    return proof


# What nobody is asked for.


def unhex(text):
    return bytes.fromhex(text[2:])


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def plaintext_digest(item, beside):
    if "bytes" not in item:
        if beside is None:
            raise Unchecked("the document is not in the file: name it with --file")
        digest = hashlib.sha256()
        with open(beside, "rb") as file:
            for part in iter(lambda: file.read(2**20), b""):
                digest.update(part)
        return digest.digest()
    try:
        plaintext = base64.b64decode(item["bytes"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Unchecked("this is not a proof file")
    if base64.b64encode(plaintext).decode() != item["bytes"]:
        raise Unchecked("this is not a proof file")
    return sha256(plaintext)


def root_of(item):
    found = unhex(item["leaf"])
    for node in item["path"]:
        beside = unhex(node["hash"])
        found = sha256(b"\1", *([beside, found] if node["side"] == "left" else [found, beside]))
    return found


# What a node is asked for.


def topic_of(address):
    return "0x" + address[2:].rjust(64, "0")


def number(text):
    return int(text, 16)


class Node:
    def __init__(self, url):
        self.url = url

    def ask(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)["result"]
        except (OSError, ValueError, KeyError):
            raise Unchecked("the node does not answer")

    def block(self, which):
        return self.ask("eth_getBlockByNumber", hex(which) if isinstance(which, int) else which, False)

    def logs(self, registry, topics, first, last):
        filter = {"address": registry, "topics": topics, "fromBlock": hex(first), "toBlock": hex(last)}
        return sorted(self.ask("eth_getLogs", filter), key=lambda log: (number(log["blockNumber"]), number(log["logIndex"])))


def as_event(log):
    return {
        "block": number(log["blockNumber"]),
        "hash": log["blockHash"].lower(),
        "transaction": log["transactionHash"].lower(),
        "index": number(log["logIndex"]),
        "topics": [topic.lower() for topic in log["topics"]],
        "data": log["data"].lower(),
    }


def is_before(event, place):
    return (event["block"], event["index"]) < (place["block"], place["index"])


def standing_after(events):
    now = {"role": None, "enroller": None, "memberships": 0, "since": None, "suspended": False, "locked": 0}
    for event in events:
        topic, data = event["topics"][0], event["data"][2:]
        words = [int(data[i : i + 64], 16) for i in range(0, len(data), 64)]
        if topic == ENROLLED:
            role = number(event["topics"][2])
            now["role"] = ROLES[role - 1] if 1 <= role <= len(ROLES) else None
            now["enroller"] = "0x" + event["topics"][3][-40:]
            now["memberships"] += 1
            now["since"] = event
        elif topic == REMOVED:
            now["role"] = None
        elif topic == SUSPENDED:
            now["suspended"] = words[0] == 1
        elif topic == STRUCK and words[1] != 0:
            now["locked"] = words[1]
        elif topic == CLEARED:
            now["locked"] = 0
    return now


def require(holds, reason):
    if not holds:
        raise Wrong(reason)


def check_standing(now, time):
    require(now["role"] is not None, "no member then")
    require(not now["suspended"], "suspended then")
    require(now["locked"] <= time, "locked then")


class Witness:
    """What one node says of each step."""

    def __init__(self, proof, node, registry, finality):
        self.proof, self.node, self.registry, self.finality_at = proof, node, registry, finality

    def anchor(self):
        chain, entry, item = self.proof["chain"], self.proof["entry"], self.proof["item"]
        require(self.registry in (None, chain["registry"]), "of another registry")
        require(number(self.node.ask("eth_chainId")) == chain["id"], "of another chain")
        block = self.node.block(entry["block"])
        require(block is not None and block["hash"].lower() == entry["hash"], "there is no such block")
        self.time = number(block["timestamp"])
        receipt = self.node.ask("eth_getTransactionReceipt", entry["transaction"])
        require(receipt is not None and number(receipt["status"]) == 1, "there is no such transaction")
        require(receipt["blockHash"].lower() == entry["hash"], "the transaction is in another block")
        found = [log for log in receipt["logs"] if number(log["logIndex"]) == entry["index"]]
        require(len(found) == 1 and found[0]["address"].lower() == chain["registry"], "the registry says no such thing")
        self.log = as_event(found[0])
        expected = [RECORD_ADDED, entry["id"], topic_of(entry["patient"])]
        require(self.log["topics"][:3] == expected and len(self.log["topics"]) == 4, "another entry is there")
        words = self.log["data"][2:]
        require("0x" + words[128:192] == entry["cid"], "the entry has another content id")
        require("0x" + words[192:256] == item["root"], "the entry has another root")
        first = chain["fromBlock"]
        made = self.node.logs(chain["registry"], [OWNERSHIP_TRANSFERRED, NOTHING], first, first)
        require(len(made) == 1, "the registry was not made in that block")

    def author(self):
        require(self.log["topics"][3] == topic_of(self.proof["entry"]["author"]), "somebody else wrote it")

    def history(self, who, said):
        entry, chain = self.proof["entry"], self.proof["chain"]
        logs = self.node.logs(chain["registry"], [OF_MEMBERS, topic_of(who)], chain["fromBlock"], entry["block"])
        there = [event for event in map(as_event, logs) if is_before(event, entry)]
        require(there == said, "the chain has another history of this member")
        return standing_after(there)

    def role(self):
        entry, author = self.proof["entry"], self.proof["author"]
        self.member = self.history(entry["author"], author["events"])
        if not (entry["author"] == entry["patient"] and self.member["role"] == "patient"):
            check_standing(self.member, self.time)
        require(self.member["role"] == author["role"], "the author was something else then")

    def hospital(self):
        if self.member["role"] not in STAFF:
            return require("hospital" not in self.proof, "no hospital vouches for such an author")
        hospital = self.proof.get("hospital")
        require(hospital is not None and hospital["address"] == self.member["enroller"], "another hospital vouched")
        now = self.history(hospital["address"], hospital["events"])
        check_standing(now, self.time)
        then = standing_after([e for e in hospital["events"] if is_before(e, self.member["since"])])
        same = now["role"] == "hospital" and now["memberships"] == then["memberships"]
        require(same, "the hospital is not the one any more that vouched")

    def finality(self):
        when = self.finality_at
        if isinstance(when, int):
            newest = number(self.node.block("latest")["number"]) - when
        else:
            block = self.node.block(when)
            newest = -1 if block is None else number(block["number"])
        require(self.proof["entry"]["block"] <= newest, "the block can still be undone")


def steps(proof, witnesses, beside):
    item = proof["item"]
    yield "bytes", lambda: require(plaintext_digest(item, beside) == unhex(item["digest"]), "other bytes")
    leaf = lambda: sha256(b"\0", unhex(item["leafSalt"]), unhex(item["digest"]))
    yield "leaf", lambda: require(leaf() == unhex(item["leaf"]), "another leaf")
    yield "inclusion", lambda: require(root_of(item) == unhex(item["root"]), "another root")
    for step in ["anchor", "author", "role", "hospital", "finality"]:
        yield step, lambda: [getattr(witness, step)() for witness in witnesses]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proof")
    parser.add_argument("--node", action="append", required=True)
    parser.add_argument("--registry", type=str.lower)
    parser.add_argument("--file")
    parser.add_argument("--finality", default="finalized", type=lambda text: int(text) if text.isdigit() else text)
    given = parser.parse_args()
    proof = read_proof(given.proof)
    witnesses = [Witness(proof, Node(url), given.registry, given.finality) for url in given.node]
    code = 0
    for step, holds in steps(proof, witnesses, given.file):
        said = "not reached"
        if code == 0:
            try:
                holds()
                said = "ok"
            except Wrong as reason:
                said, code = "FAILED: %s" % reason, 1
            except (Unchecked, OSError) as reason:
                said, code = "NOT CHECKED: %s" % reason, 2
            except (KeyError, TypeError, ValueError, IndexError):
                said, code = "NOT CHECKED: the node does not answer as nodes do", 2
        print(step.ljust(10), said)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unchecked, OSError) as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)
