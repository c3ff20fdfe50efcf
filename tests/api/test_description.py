"""The API describes itself completely, and its page works under the strict policy."""

import json
import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from config import api_urls

DESCRIBED = {
    ("/api/v1/batches", "get"), ("/api/v1/batches", "post"), ("/api/v1/batches/{id}", "get"),
    ("/api/v1/batches/{id}/files", "post"), ("/api/v1/batches/{id}/send", "post"),
    ("/api/v1/batches/{id}/results", "get"), ("/api/v1/results/{id}/file", "get"),
    ("/api/v1/batches/{id}/uploads", "get"), ("/api/v1/batches/{id}/uploads", "post"),
    ("/api/v1/batches/{id}/receipts", "get"), ("/api/v1/batches/{id}/manifest", "post"),
    ("/api/v1/uploads/{id}", "get"), ("/api/v1/uploads/{id}", "patch"),
    ("/api/v1/uploads/{id}", "delete"), ("/api/v1/uploads/{id}/complete", "post"),
    ("/api/v1/batches/{id}/comments", "get"), ("/api/v1/batches/{id}/comments", "post"),
}  # fmt: skip


@pytest.fixture(scope="module")
def described():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    return {(path, method): found for path, methods in schema["paths"].items() for method, found in methods.items()}


def test_the_description_is_valid_and_nothing_in_it_was_guessed(described):
    validate_schema(described)
    assert not GENERATOR_STATS, GENERATOR_STATS.emit_summary()


def test_every_operation_is_there_and_says_what_it_does(described):
    found = operations(described)
    assert {(re.sub(r"\{\w+\}", "{id}", path), method) for path, method in found} == DESCRIBED
    for operation in found.values():
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"practiceToken": []}]
        assert {"401", "403", "429"} <= set(operation["responses"])


def test_every_post_asks_for_an_idempotency_key(described):
    for (_path, method), operation in operations(described).items():
        keys = [one for one in operation.get("parameters", []) if one["name"] == "Idempotency-Key" and one["required"]]
        assert len(keys) == (1 if method == "post" else 0)


def test_the_key_scheme_is_declared(described):
    assert described["components"]["securitySchemes"]["practiceToken"]["scheme"] == "bearer"


def test_every_view_names_a_scope_for_each_method():
    for pattern in api_urls.urlpatterns:
        view = pattern.callback.cls
        if pattern.name in {"schema", "docs", "nothing-here"}:
            continue
        methods = {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}
        assert methods == set(view.required_scopes), pattern.name


def test_the_description_and_its_page_need_no_key(db):
    schema = Client().get("/api/v1/schema?format=json")
    assert schema.status_code == 200
    assert json.loads(schema.content)["openapi"].startswith("3")


def test_the_page_holds_no_inline_script_or_style(db):
    page = Client().get("/api/v1/docs").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert all(
        re.match(r'<script src="[^"]+"></script>', tag) for tag in re.findall(r"<script.*?</script>", page, re.S)
    )
    script = Client().get("/api/v1/docs?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/v1/schema" in script.content
