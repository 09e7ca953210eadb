"""Undo and redo."""

from __future__ import annotations

from remixer.session.history import History


def test_undo_and_redo_walk_through_the_values() -> None:
    history = History(0)
    history.change(1, "a", 0.0)
    history.change(2, "b", 0.1)
    assert history.undo() and history.value == 1
    assert history.undo() and history.value == 0
    assert not history.undo()
    assert history.redo() and history.redo() and history.value == 2
    assert not history.redo()


def test_a_fader_s_way_is_undone_at_once() -> None:
    history = History(0.0)
    for step in range(1, 20):
        history.change(float(step), "vocals gain", step * 0.05)
    assert history.undo() and history.value == 0.0


def test_the_same_fader_a_while_later_is_another_change() -> None:
    history = History(0.0)
    history.change(1.0, "vocals gain", 0.0)
    history.change(2.0, "vocals gain", 5.0)
    assert history.undo() and history.value == 1.0


def test_a_new_change_forgets_what_was_undone() -> None:
    history = History(0)
    history.change(1, "a", 0.0)
    history.undo()
    history.change(2, "b", 9.0)
    assert not history.can_redo and history.can_undo


def test_no_change_is_no_step() -> None:
    history = History(0)
    history.change(0, "a", 0.0)
    assert not history.can_undo


def test_what_changes_nothing_between_values_turned_into_others_is_no_step() -> None:
    history = History(0)
    for value in range(1, 5):
        history.change(value, str(value), 0.0)
    history.undo()
    history.recast(lambda value: value // 2)
    assert history.value == 1 and history.redo() and history.value == 2
    assert history.undo() and history.undo() and history.value == 0 and not history.can_undo
