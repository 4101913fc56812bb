"""The edge's configuration is what template, protos and table give; an RPC more is there without an edit, and a mistake is told."""

import json
import re
import subprocess

import pytest
import yaml

from cases import camel
from ordermesh import contract, edge, openapi, paths, service_table
from worlds import INVENTED, invented, invented_protos

GIFTS = "ordermesh.gifts.v1.GiftService"


def parsed(text):
    """The configuration as Envoy reads it, of services that are where they are unless it is told, and 1 for whatever else is told."""
    return yaml.safe_load(re.sub(r"\$\{\w+\}", "1", re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)))["static_resources"]


def routes(configuration, listener):
    found = next(one for one in configuration["listeners"] if one["name"] == listener)
    return found["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"][0]["routes"]


def answered(listener, verb, path):
    """What the first route of a path does with it, if its body is JSON: 404 means that the transcoder knows the path and the verb."""
    def fits(header):
        value = verb if header["name"] == ":method" else "application/json"
        return bool(re.fullmatch(header["string_match"]["safe_regex"]["regex"], value)) != header.get("invert_match", False)

    for route in routes(parsed(invented().configuration), listener):
        regex = route["match"].get("safe_regex")
        if regex and re.fullmatch(regex["regex"], path) and all(map(fits, route["match"].get("headers", []))):
            return route["direct_response"]["status"]
    return None


def test_the_committed_file_is_what_they_give():
    done = subprocess.run([paths.REPOSITORY / "tools" / "edge", "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_groups_of_the_table_are_those_of_the_architecture():
    page = (paths.REPOSITORY / "docs" / "architecture.md").read_text()
    said = set(re.findall(r"^\| (\w+) \| `(ordermesh\.\S+)` \|", page, re.MULTILINE))
    served = [(row.name, one) for row in service_table.ROWS for one in row.serves]
    assert said == {(name, one.service) for name, one in served} | {
        (name, f"{one.service}/{rpc}") for name, one in served for rpc, more in one.rpcs.items() if more.get("group")}


def test_a_row_more_is_a_cluster_for_each_group():
    clusters = {one["name"]: one for one in parsed(invented().configuration)["clusters"]}
    groups = {"gifts": GIFTS, "gifts-WrapGift": f"{GIFTS}/WrapGift"}
    assert {name for name in clusters if name.startswith("gifts")} == groups.keys()
    for name, group in groups.items():
        assert clusters[name]["health_checks"][0]["grpc_health_check"]["service_name"] == group
        endpoint = clusters[name]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        assert endpoint["address"]["socket_address"] == {"address": "gifts", "port_value": 50099}


def test_an_rpc_goes_where_its_row_says():
    configuration = parsed(invented().configuration)
    for listener in ("edge", "operators"):
        by_call = {route["match"].get("path", route["match"].get("prefix", "")): route["route"]
                   for route in routes(configuration, listener) if "route" in route}
        assert by_call[f"/{GIFTS}/WrapGift"] == {"cluster": "gifts-WrapGift", "timeout": "60s"}
        for stream in ("WatchGift", "WatchShelf", "ExchangeGifts"):
            assert by_call[f"/{GIFTS}/{stream}"] == {"cluster": "gifts", "timeout": "0s", "idle_timeout": "0s"}
        # All others at once where all may be called, else one by one.
        assert (f"/{GIFTS}/" in by_call) == (listener == "operators")
        assert (f"/{GIFTS}/GetGift" in by_call) == (listener == "edge")


@pytest.mark.parametrize("verb, path, shop, operators", [
    ("GET", "/v1/gifts/x", 404, 404), ("HEAD", "/v1/gifts/x", 404, 404), ("POST", "/v1/gifts/x", 405, 405),
    ("PATCH", "/v1/gifts/x", 405, 404), ("DELETE", "/v1/gifts/x", 405, 404),
    ("POST", "/v1/gifts/x:wrap", 404, 404), ("POST", "/v1/gifts/x%3Awrap", 404, 404), ("GET", "/v1/gifts/x%3awrap", 405, 405),
    ("HEAD", "/v1/gifts/x:watch", 404, 404), ("HEAD", "/v1/shelves/x:watch", 405, 405), ("GET", "/v1/shelves/x:watch", 404, 404),
    # What is more particular decides, whichever verbs the other has.
    ("PUT", "/v1/gifts/best", 404, 404), ("GET", "/v1/gifts/best", 405, 405), ("DELETE", "/v1/gifts/best", 405, 405),
    ("GET", "/v1/shelves/x/gifts", 404, 404), ("GET", "/v1/shelves/x:y/gifts", 404, 404),
    ("GET", "/v1/gifts/x:paint", None, None), ("GET", "/v1/gifts/", None, None), ("GET", "/v1/shelves/x", None, None),
])  # fmt: skip
def test_a_path_has_the_verbs_of_its_rules(verb, path, shop, operators):
    assert (answered("edge", verb, path), answered("operators", verb, path)) == (shop, operators)


def test_the_description_has_what_each_listener_serves():
    def described(face):
        document = json.loads(openapi.render(face, invented().rows, protos))
        return {(path, verb): operation for path, verbs in document["paths"].items() for verb, operation in verbs.items()
                if operation["operationId"].startswith("GiftService_")}, document["components"]["schemas"].keys()

    with invented_protos() as protos:
        (shop, shop_schemas), (operators, schemas) = described(openapi.PUBLIC), described(openapi.OPERATORS)
    mine = {(camel(rule.path), rule.verb.lower()) for call in invented().calls if call.rpc.service == GIFTS for rule in call.rpc.rules}
    assert operators.keys() == mine and mine - shop.keys() == {("/v1/gifts/{gift.id}", "patch"), ("/v1/gifts/{id}", "delete")}
    assert "one JSON object a line, each of type Gift" in json.dumps(shop["/v1/gifts/{id}:watch", "get"])
    assert "Gift" in shop_schemas and shop_schemas <= schemas


def rows(text):
    return service_table.parse(service_table.FILE.read_text() + text)


ROW = (INVENTED / "row.yaml").read_text()


@pytest.mark.parametrize("table, said", [
    ("", f"{GIFTS} has HTTP rules, but no row of services/services.yaml serves it"),
    (ROW.replace("GiftService", "Gifts"), "gifts: serves ordermesh.gifts.v1.Gifts, which is not in the protos, or is served by another row"),
    (ROW + ROW.replace("50099", "50098").replace("gifts\n", "presents\n"), "presents: serves ordermesh.gifts.v1.GiftService, which is not"),
    (ROW.replace("WrapGift", "UnwrapGift"), f"gifts: {GIFTS} has no UnwrapGift"),
])  # fmt: skip
def test_a_table_that_does_not_fit_the_protos_is_refused(table, said):
    with pytest.raises(edge.Mistake, match=re.escape(said)):
        edge.configuration(rows(table), contract.rpcs(invented().files))


@pytest.mark.parametrize("row, said", [
    (ROW.replace("listener: shop", "listener: cellar"), "gifts: listeners are shop, operators, not cellar"),
    (ROW.replace("listener: operators", "listener: cellar"), "gifts: listeners are shop, operators, not cellar"),
    (ROW.replace("timeout", "timeuot"), "gifts: WrapGift may have group, listener, timeout and body_bytes, not timeuot"),
    (ROW.replace("listener: shop", "lisener: shop"), "gifts: what it serves is told by service, listener and rpcs"),
])  # fmt: skip
def test_a_row_that_says_what_nobody_reads_is_refused(row, said):
    with pytest.raises(service_table.BadTable, match=re.escape(said)):
        rows(row)


def test_a_service_without_rules_stays_inside_unless_a_row_serves_it():
    validation = "ordermesh.validation.v1.ValidationService"
    rpcs = contract.rpcs(invented().files)
    assert validation in {rpc.service for rpc in rpcs} - {call.rpc.service for call in edge.calls(rows(ROW), rpcs)}
    assert f"/{validation}" not in invented().configuration
    served = rows(ROW + f"- {{name: more, port: 50098, memory: {{}}, serves: [{{service: {validation}, listener: operators}}]}}")
    assert {call.rpc.name for call in edge.calls(served, rpcs) if call.rpc.service == validation} == {
        "ValidateOrder", "BatchValidateOrders", "StreamValidateOrders"}  # fmt: skip


def test_a_stream_of_requests_has_no_rule():
    rpcs = [contract.Rpc(GIFTS, "Exchange", "", "", "", True, True, (contract.Rule("POST", "/v1/gifts", "*"),))]
    table = service_table.parse(f"- {{name: gifts, port: 1, memory: {{}}, serves: [{{service: {GIFTS}, listener: shop}}]}}")
    with pytest.raises(edge.Mistake, match="GiftService.Exchange: a stream of requests has no HTTP rule"):
        edge.calls(table, rpcs)


@pytest.mark.parametrize("template", ["/v1/{name=gifts/*}", "/v1/**", "/v1/gifts/*", "v1/gifts", "/v1/gifts/", "/v1/gifts:"])
def test_a_path_that_the_edge_cannot_tell_is_refused(template):
    with pytest.raises(edge.Mistake, match="has more than names"):
        edge.Path.parse(template)
