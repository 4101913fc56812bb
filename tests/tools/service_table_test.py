"""services/services.yaml: what it says is so, and what contradicts itself is refused."""

import re

import pytest

from ordermesh import manifests, paths, service_table, servers
from ordermesh.servers.server import Site

ROWS = {row.name: row for row in service_table.ROWS}
CONFIGURATION = (paths.REPOSITORY / "docs" / "configuration.md").read_text()
every_service = pytest.mark.parametrize("name", service_table.NAMES)

ROW = "- {name: one, port: 50099, memory: {request: 1Mi, limit: 2Mi}}\n"


@pytest.mark.parametrize("text, said", [
    (ROW.replace("port", "prot"), "one: there is no column prot"),
    (ROW.replace("one", "number-one"), "number-one: a name is of small letters"),
    ("- {name: one, port: 50099}", "one: memory is missing"),
    (ROW + ROW, "one: its name or its port is another's, too"),
    (ROW + ROW.replace("one", "two"), "one: its name or its port is another's, too"),
    (ROW + ROW.replace("one", "two").replace("50099", "51099"), "one: its name or its port is another's, too"),
    (ROW.replace("}}", "}, calls: [two]}"), "one: calls two, which has no row"),
    (ROW.replace("}}", "}, calls: [one]}"), "one: calls one, which has no row"),
    (ROW.replace("}}", "}, stores: [cellar]}"), "one: stores are database, amqp, kafka, smtp, not cellar"),
])  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(text, said):
    with pytest.raises(service_table.BadTable, match=re.escape(said)):
        service_table.parse(text)


def test_a_row_needs_no_more_than_a_name_a_port_and_memory():
    (row,) = service_table.parse(ROW)
    assert (row.name, row.ops_port, row.role, row.stores, row.calls) == ("one", 51099, "ordermesh_one", [], [])


def test_every_folder_of_services_but_migrates_is_a_row():
    listed = (paths.REPOSITORY / "services" / "CMakeLists.txt").read_text()
    assert set(re.findall(r"add_subdirectory\((\w+)\)", listed)) == set(service_table.PROGRAMS)


@every_service
def test_a_program_listens_where_its_row_says_unless_told_otherwise(name):
    section = CONFIGURATION.split(f"\n## ordermesh-{name}\n")[1].split("\n## ")[0]
    defaults = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]*)`", section, re.MULTILINE))
    assert defaults["listen"] == f"127.0.0.1:{ROWS[name].port}"
    assert defaults["ops_listen"] == f"127.0.0.1:{ROWS[name].ops_port}"


@every_service
def test_a_program_knows_the_setting_of_whatever_its_row_has_it_open_or_call(name):
    of_store = {"database": "database_url", "amqp": "amqp_url", "kafka": "kafka_brokers", "smtp": "smtp_url"}
    told = {of_store[store] for store in ROWS[name].stores} | {f"{callee}_target" for callee in ROWS[name].calls}
    settings = manifests.settings_of(name).keys()
    assert {setting for setting in settings if setting in of_store.values() or setting.endswith("_target")} == told
    assert ROWS[name].compose.keys() <= settings


@pytest.mark.parametrize("file", ["roles.sql", "set_passwords.sql"])
def test_whoever_opens_the_database_has_a_role_there(file):
    text = (paths.REPOSITORY / "services" / "migrate" / "sql" / file).read_text()
    listed = re.search(r"FOREACH service IN ARRAY ARRAY\[(.*?)\]", text)[1]
    assert set(re.findall(r"'(\w+)'", listed)) == {name for name, row in ROWS.items() if "database" in row.stores}


def test_the_architecture_names_every_service():
    page = (paths.REPOSITORY / "docs" / "architecture.md").read_text()
    assert set(re.findall(r"^\| `services/(\w+)` \|", page, re.MULTILINE)) == set(service_table.PROGRAMS)


def test_a_stack_starts_each_service_after_what_it_needs(tmp_path):
    site = Site(tmp_path, "mark", {"build": str(tmp_path)})
    for name in servers.SYSTEM:
        site.servers[name] = servers.ALL[name](site)
    for row in service_table.ROWS:
        server = site.servers[row.name]
        assert {"migrate", *row.calls} <= set(server.after) and ("mail" in server.after) == ("smtp" in row.stores)
        assert server.flags().keys() <= manifests.settings_of(row.name).keys()
    # What is left out keeps its place: calls of it find nobody.
    del site.servers["validation"]
    assert site.servers["gateway"].flags()["validation_target"] == "dns:///127.0.0.1:1"
