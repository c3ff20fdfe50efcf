"""docs/lifecycle.md shows the moves as the code has them."""

import pytest
from django.core.management import CommandError, call_command

from coding.management.commands import draw_lifecycle
from coding.rules import lifecycle
from portal.rules.lifecycle import Move


def test_the_drawing_is_up_to_date():
    call_command("draw_lifecycle", check=True)


def test_a_move_that_was_not_drawn_is_noticed(monkeypatch):
    more = {**lifecycle.MOVES, "leap": Move(frozenset({"to_code"}), "delivered")}
    lives = [
        (title, about, states, more if moves is lifecycle.MOVES else moves, births)
        for title, about, states, moves, births in draw_lifecycle.LIVES
    ]
    monkeypatch.setattr(draw_lifecycle, "LIVES", lives)
    with pytest.raises(CommandError):
        call_command("draw_lifecycle", check=True)


def test_a_missing_drawing_is_noticed_and_drawn(tmp_path, capsys):
    file = tmp_path / "lifecycle.md"
    with pytest.raises(CommandError):
        call_command("draw_lifecycle", check=True, file=file)
    call_command("draw_lifecycle", file=file)
    call_command("draw_lifecycle", check=True, file=file)
    assert "drawn" in capsys.readouterr().out
    assert "to_verify --> verifying: start_verification" in file.read_text()
