"""What pages may ask besides their own site: the streams of news, where these have an address of their own."""

import pytest

from config.content_security import content_security_policy


@pytest.mark.parametrize(
    ("events_url", "asked"),
    [
        ("", ["'self'"]),
        ("/events/", ["'self'"]),
        ("http://127.0.0.1:8023/events/", ["'self'", "http://127.0.0.1:8023"]),
    ],
)
def test_scripts_may_ask_the_streams_and_nobody_else(events_url, asked):
    directives = content_security_policy(events_url=events_url)["DIRECTIVES"]
    assert directives["connect-src"] == asked
    assert directives["script-src"] == directives["style-src"] == ["'self'"]
