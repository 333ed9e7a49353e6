#!/usr/bin/env python3
"""Records verified without Slipway (docs/record.md): verify.py --trust TRUST.json [--image sha256:HEX] [--service NAME] [--threshold N] [--now TIME] BUNDLE..."""
import base64, hashlib, json, re, sys, time
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
KNOWN = "schema crit run scope service source version image otherImages verdict steps tests inputs builder release migrations interface audit"
LEVELS, SCOPES, COUNTS = "none patch minor major".split(), "local pr branch release".split(), "executed passed failed errored skipped flaky".split()
def refuse(why): raise ValueError(why)
def strict(data, limit=1 << 20):
    def members(pairs): return dict(pairs) if len({n for n, _ in pairs if re.fullmatch("[A-Za-z0-9._-]+", n)}) == len(pairs) else refuse("a member's name")
    def number(text): return int(text) if re.fullmatch("0|-?[1-9][0-9]{0,15}", text) and abs(int(text)) < 2 ** 53 else refuse("a number")
    def depth(value):
        if not isinstance(value, (dict, list)): return refuse("NUL in a text") if isinstance(value, str) and b"\0" in value.encode() else 0
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    value = len(data) <= limit and json.loads(data.decode(), object_pairs_hook=members, parse_int=number, parse_float=number, parse_constant=number)
    return value if depth(value) <= 64 and isinstance(value, dict) else refuse("too large or too deep, or no object")
def decoded(text): return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
def fits(key, signature, message):
    how = [ec.ECDSA(hashes.SHA256())] if isinstance(key, ec.EllipticCurvePublicKey) else []
    if how and len(signature) == 64: signature = utils.encode_dss_signature(*(int.from_bytes(signature[i:i + 32], "big") for i in (0, 32)))
    try: return key.verify(signature, message, *how) is None
    except Exception: return False
def opened(line, keys):
    kind, payload, signatures = (read := strict(line, 3 << 20))["payloadType"], decoded(read["payload"]), [decoded(each["sig"]) for each in read["signatures"]]
    message = b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
    signers = [(i, entry) for i, key, entry in keys if len(signatures) <= 64 and any(fits(key, each, message) for each in signatures)]
    return hashlib.sha256(payload).hexdigest(), strict(payload) if kind == "application/vnd.in-toto+json" else {}, signers
def may(key, p):
    form = lambda rule: re.escape(rule).replace(r"\*\*/", "(?:.+/)?").replace(r"\*\*", ".+").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    asked = {"services": p["service"]["name"], "branches": p["source"].get("branch"), "repositories": p["source"].get("uri")}
    covers = lambda name, value: any(rule == "*" or value is not None and re.fullmatch(form(rule), value, re.S) for rule in key.get(name, ["*"]))
    at, end, builder = p["run"]["sealedAt"], key.get("revokedFromSequence", 1 << 53), p["builder"]["id"]
    return (key.get("role", "build") == "build" and all(covers(*each) for each in asked.items()) and SCOPES.index(key.get("scope", "release")) >= SCOPES.index(
        p["scope"]) and builder in (key.get("builderIds") or [builder]) and key.get("notBefore", at) <= at <= key.get("notAfter", at) and p["run"]["sequence"] < end)
def verdict(p, steps, tests, total):
    ends = [(step["kind"], step["ending"]["state"], step["ending"].get("exit")) for step in steps["results"]]
    bad = [end for end in ends if not (end[1] == "done" or end[1:] == ("exited", 0) or end[:2] == ("test", "exited") and end[2] != 127 and tests.get("failing"))]
    context, exempt, failing = tests.get("context") or {}, set(steps.get("allowEmpty") or []), {test["id"] for test in tests.get("failing", [])}
    suites, absent = {suite["name"] for suite in tests.get("suites", [])}, {suite["name"] for suite in context.get("planned") or [] if suite["executed"] < 1}
    hits = {hit["id"]: hit for hit in reversed(context.get("quarantined") or []) if hit["id"] in failing}.values()
    excused = sum(bool(hit["owner"] and hit["ticket"] and p["run"]["sealedAt"][:10] <= hit["expires"]) for hit in hits)
    worse = [s for s in [context.get("since")] if s and (s["vanished"] > s["allowed"]["vanishedTests"] or s["grownSkips"] > s["allowed"]["grownSkips"])]
    if any(end[1] == "interrupted" for end in ends) or steps.get("voided"): return "incomplete"
    if bad or (tests["problems"] or absent - exempt or total["executed"] == 0 and (not suites or suites - exempt) if tests else ("test", "exited", 0) in ends): return "failed"
    if max(total["failed"] + total["errored"], len(tests.get("failing", []))) > excused or excused < len(hits) or worse: return "unstable"
    if "test" in (steps.get("omitted") or []) or set(steps["planned"]) - {end[0] for end in ends}: return "incomplete"
    return "flaky" if excused or total["flaky"] or "failed-before" in [why["code"] for why in p["verdict"]["reasons"]] else "stable"
def contradicted(p, tests, version, interface):
    red, core = lambda of: of["failed"] + of["errored"], lambda text: [int(part) for part in re.split("[-+]", text)[0].split(".")]
    part = lambda of, name, check: of[name] if not check or name in ("failed", "errored") else red(of) if name == "executed" else 0
    sums = {name: sum(part(suite["totals"], name, suite.get("kind") == "check") for suite in tests.get("suites", [])) for name in COUNTS}
    total, bump, old, new = tests.get("totals") or sums, version.get("bump", "none"), version.get("current"), version.get("next")
    step = ([3 - i for i, (a, b) in enumerate(zip(core(old), core(new))) if a != b] + [0])[0] if old and new else 4
    counts, surfaces, above = ([tests] + tests["suites"] if tests else []), interface.get("surfaces", []), LEVELS.index(interface.get("requiredBump", "none")) + 1
    return (sums != {name: total[name] for name in COUNTS} or total["executed"] != red(total) + total["passed"] + total["flaky"] or len(tests.get("failing", [])) > red(total)
            or not all(0 <= each["totals"][name] <= 1 << 40 for each in counts for name in COUNTS) or len(tests.get("flaky", [])) > total["flaky"] or step == 0
            or (bump == "none") != (not new) or bump in LEVELS[1:] and step < LEVELS.index(bump) or step < 4 and core(new) < core(old) or verdict(p, p["steps"], tests, total)
            != p["verdict"]["state"] or any(set(LEVELS[above:]) & {c["level"] for c in s["changes"]} or s["changeCount"] < len(s["changes"]) or s["examined"] < 0 for s in surfaces))
def judge(envelopes, ask):
    [[_, said, signers]] = [envelope for envelope in envelopes if envelope[1].get("predicateType") == "urn:slipway:stability:v1"]
    p, enough = said["predicate"], lambda by: len({i for i, key in by if may(key, said["predicate"])}) >= int(ask.get("threshold", 1))
    images = [one for one in [p.get("image"), *(p.get("otherImages") or [])] if one]
    about = [[one["repository"], {"sha256": one["digest"][7:]}] for one in images] or [["pkg:slipway/" + p["service"]["name"], {"gitTree": p["source"]["serviceTree"]}]]
    if not enough(signers) or p["run"]["sealedAt"] > ask["now"]: refuse("too few distinct keys that are trusted, may sign this, and were valid then")
    if said["_type"] != "https://in-toto.io/Statement/v1" or set(p.get("crit") or []) - set(KNOWN.split()) or p["schema"][:2] != "1.": refuse("another format")
    if [[s["name"], s["digest"]] for s in said["subject"]] != about or not {ask.get("image"), ask.get("service")} <= {None, p["service"]["name"]} | {each["digest"] for one in images for each in [one, *(one.get("manifests") or [])]}: refuse("about something else")
    if {(s["predicateType"], s["sha256"]) for s in p["run"].get("statements") or []} - {(e[1].get("predicateType"), "sha256:" + e[0]) for e in envelopes}: refuse("incomplete")
    for slsa, by in [each[1:] for each in envelopes if each[1].get("predicateType") == "https://slsa.dev/provenance/v1"]:
        found = [d["digest"]["gitCommit"] for d in slsa["predicate"]["buildDefinition"]["resolvedDependencies"] if "gitCommit" in d["digest"]][:1]
        found += [slsa["predicate"]["runDetails"]["builder"]["id"]] + [each["digest"] for each in slsa["subject"]]
        if not enough(by) or found != [p["source"]["commit"], p["builder"]["id"]] + [each[1] for each in about]: refuse("the provenance does not agree")
    return refuse("a summary contradicts its details") if contradicted(p, p.get("tests") or {}, p.get("version") or {}, p.get("interface") or {}) else "valid"
ask, bundles, refused = {"now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))}, sys.argv[1:], 0
while bundles and bundles[0].startswith("--"): bundles, ask = bundles[2:], {**ask, bundles[0][2:]: bundles[1]}
trusted = [(serialization.load_der_public_key(decoded(entry["spki"])), entry) for entry in strict(open(ask["trust"], "rb").read())["keys"]]
keys = [(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo), key, entry) for key, entry in trusted]
for name in bundles:
    try: print(f"{name}: {judge([opened(line, keys) for line in open(name, 'rb').read().split(bytes([10])) if line], ask)}")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error: refused = print(f"{name}: {error}") or 21
sys.exit(refused)
