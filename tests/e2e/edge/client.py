"""HTTP as it is on the wire, and what a problem has to look like."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass
from typing import Any

TYPE = "urn:ordermesh:problem:"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Edge:
    """One address that speaks HTTP/1.1. A connection for each request, so that none is held against another."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    @classmethod
    def at(cls, url: str) -> "Edge":
        where = urllib.parse.urlsplit(url)
        return cls(where.hostname, where.port)

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """A body that is not bytes goes out as JSON, with that content type unless `headers` says otherwise."""
        headers = {"content-type": "application/json"} | (headers or {}) if body is not None else headers or {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()


def violations(problem: dict) -> list[dict]:
    """Every violation in the details, those of fields first."""
    fields = [v for detail in problem["details"] for v in detail.get("fieldViolations", [])]
    states = [v for detail in problem["details"] for v in detail.get("violations", [])]
    return fields + states


def assert_problem(answer: Answer, status: int, reason: str, broken: int = 0) -> dict:
    """The answer is an RFC 9457 problem of exactly this status, type and number of violations; returns it."""
    assert answer.headers["content-type"] == "application/problem+json", answer
    problem = answer.json
    assert (answer.status, problem["status"], problem["type"]) == (status, status, TYPE + reason), problem
    assert len(violations(problem)) == broken, problem
    assert problem["title"] and isinstance(problem["detail"], str)
    # What a google.rpc.Status says is there too.
    assert isinstance(problem["code"], int) and problem["message"] == problem["detail"]
    return problem
