"""What the edge serves itself: the contract, its page, and whether it is well."""

import json

import pytest

from ordermesh import paths


def test_each_face_serves_its_own_committed_document(edge, operators):
    for face, name in ((edge, "openapi.json"), (operators, "openapi-operators.json")):
        answer = face.request("GET", "/openapi.json")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json == json.loads((paths.REPOSITORY / "docs" / name).read_text())


@pytest.mark.parametrize("face", ["edge", "operators"])
def test_the_page_of_the_api_comes_with_all_that_it_needs(face, request):
    edge = request.getfixturevalue(face)
    assert edge.request("GET", "/docs").headers["location"].endswith("/docs/")
    page = edge.request("GET", "/docs/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name, kind in (("swagger-ui-bundle.js", "text/javascript"), ("start.js", "text/javascript"), ("swagger-ui.css", "text/css")):
        assert name in page.body.decode()
        file = edge.request("GET", f"/docs/{name}")
        assert (file.status, file.headers["content-type"]) == (200, kind)
        assert len(file.body) > 100


def test_health_is_the_edge_and_readiness_its_gateway(edge, operators):
    for face in (edge, operators):
        assert face.request("GET", "/healthz").status == 200
        assert face.request("GET", "/readyz").status == 200


def test_the_admin_port_is_on_loopback_only(running_envoy):
    bootstrap = json.loads(running_envoy.admin("/config_dump"))["configs"][0]["bootstrap"]
    assert bootstrap["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"
