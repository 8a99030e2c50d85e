"""The queue of a workshop: turns are fair, nothing is lost or doubled, and it outlives its process."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apparatus.errors import (
    NotInWorkshop,
    QueueFull,
    StoreUnwritable,
    TicketNotFound,
    TooManyWaiting,
    WorkshopOpen,
)
from apparatus.settings import Settings
from apparatus.workshop.fairness import turns
from apparatus.workshop.people import ANIMALS, named
from apparatus.workshop.queue import ATTEMPTS, Queue
from apparatus.workshop.rules import fold

CAT = Settings(prompt="a cat")


@pytest.fixture
def queue(tmp_path):
    with_people = Queue(tmp_path / "workshop")
    yield with_people
    with_people.close()


@dataclass(frozen=True)
class Wish:
    person: str
    number: int
    attempts: int = 0


def order(waiting, served=None):
    return [f"{one.person}{one.number}" for one in turns(waiting, served or {})]


def test_people_take_turns_each_with_their_oldest_wish():
    waiting = [Wish(*one) for one in zip("aaabbc", range(6), strict=True)]
    assert order(waiting) == ["a0", "b3", "c5", "a1", "b4", "a2"]


def test_who_was_served_longest_ago_is_next():
    waiting = [Wish("a", 0), Wish("b", 1), Wish("c", 2)]
    assert order(waiting, {"a": 7, "b": 5, "c": 6}) == ["b1", "c2", "a0"]


def test_what_broke_off_goes_first_for_it_had_its_turn():
    waiting = [Wish("a", 0), Wish("b", 1), Wish("a", 2, attempts=1)]
    assert order(waiting, {"a": 9}) == ["a2", "b1", "a0"]


@given(
    st.lists(st.sampled_from("abcdef"), max_size=40),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9)),
)
def test_between_two_turns_of_one_everybody_else_who_waits_has_one(asked, served):
    waiting = [Wish(person, number) for number, person in enumerate(asked)]
    people = [one.person for one in turns(waiting, served)]
    assert sorted(people) == sorted(asked)
    for first, person in enumerate(people):
        again = next((at for at in range(first + 1, len(people)) if people[at] == person), None)
        if again is not None:
            between = people[first + 1 : again]
            assert len(set(between)) == len(between)
            assert set(people[again:]) - {person} <= set(between)


def test_a_newcomer_waits_a_round_and_not_longer(queue):
    old = [queue.join(f"person {n}")[0] for n in range(3)]
    for one in old:
        queue.submit(one.id, f"{one.id}-first", [CAT, CAT])
    assert queue.begin().person == old[0].id
    new, _ = queue.join("new")
    queue.submit(new.id, "newest-wish", [CAT])
    assert [ticket.person for ticket in queue.line()][:3] == [old[1].id, old[2].id, old[0].id]
    assert new.id in [ticket.person for ticket in queue.line()][:4]


def test_the_same_wish_said_twice_is_one(queue):
    person, _ = queue.join()
    first = queue.submit(person.id, "one-wish", [CAT, CAT])
    assert queue.submit(person.id, "one-wish", [CAT, CAT]) == first
    assert len(queue.line()) == 2


def test_a_key_of_another_person_is_another_wish(queue):
    one, other = queue.join()[0], queue.join()[0]
    assert queue.submit(one.id, "same-key", [CAT])[0].id != queue.submit(other.id, "same-key", [CAT])[0].id


def test_only_so_many_of_one_may_wait_and_only_so_many_of_all(tmp_path):
    queue = Queue(tmp_path / "small", ours=2, full=3)
    one, other = queue.join()[0], queue.join()[0]
    queue.submit(one.id, "wish-number-1", [CAT, CAT])
    with pytest.raises(TooManyWaiting, match="2 of your pictures wait"):
        queue.submit(one.id, "wish-number-2", [CAT])
    queue.submit(other.id, "wish-number-3", [CAT])
    with pytest.raises(QueueFull, match="3 pictures wait"):
        queue.submit(other.id, "wish-number-4", [CAT])
    assert len(queue.line()) == 3
    queue.close()


def test_an_exercise_may_ask_for_more_than_one_may_have_where_nothing_waits(tmp_path):
    queue = Queue(tmp_path / "small", ours=2)
    person = queue.join()[0]
    assert len(queue.submit(person.id, "three-at-once", [CAT] * 3)) == 3
    with pytest.raises(TooManyWaiting):
        queue.submit(person.id, "and-one-more", [CAT])
    queue.close()


def test_a_device_is_known_again_by_its_secret_and_nothing_else(queue):
    person, secret = queue.join("Félix", "fr")
    assert queue.known(secret) == person
    assert queue.known(person.id) is None
    assert queue.known(None) is None
    kept = (queue.folder / "workshop.sqlite").read_bytes() + (
        queue.folder / "workshop.sqlite-wal"
    ).read_bytes()
    assert secret.encode() not in kept


def test_who_left_is_not_known_any_more_and_what_waited_is_cancelled(queue):
    person, secret = queue.join()
    ticket = queue.submit(person.id, "never-made", [CAT])[0]
    assert queue.leave(person.id) == []
    assert queue.known(secret) is None
    assert queue.ticket(ticket.id).state == "cancelled"
    with pytest.raises(NotInWorkshop):
        queue.submit(person.id, "another-wish", [CAT])


def test_two_people_of_one_name_are_told_apart(queue):
    assert [queue.join("Ada")[0].name, queue.join("ada")[0].name, queue.join("Ada")[0].name] == [
        "Ada", "ada 2", "Ada 3",
    ]  # fmt: skip


@pytest.mark.parametrize("wish", ["Ada\ufe0f", "A\u034fda", "A\u200bda", "\uff21da", "Аda", "A\u0336da"])
def test_a_name_that_looks_like_anothers_is_told_apart(wish):
    assert named(wish, {"Ada"}, "en").endswith(" 2")


def test_who_left_keeps_their_name_on_what_they_made(queue):
    gone, _ = queue.join("Ada")
    queue.leave(gone.id)
    other, _ = queue.join("Ada")
    assert other.name == "Ada 2"
    assert queue.rename(other.id, "Ada", "en") == "Ada 2"


@pytest.mark.parametrize("wish", ["", "   ", "\u202e\u200b", "!!!", "\n\t", "\u3164", "\u115f \u2800"])
def test_who_has_no_name_is_an_animal(wish):
    assert named(wish, set(), "fr") in ANIMALS["fr"]


def test_a_name_is_one_short_line():
    name = named("x\n<b>y</b>\u202e" + "z" * 100, set(), "en")
    assert name.startswith("x <b>y</b>z")
    assert len(name) <= 32


@given(st.text(max_size=60), st.sets(st.text(max_size=10), max_size=5))
def test_no_name_is_taken_twice_and_every_name_can_be_read(wish, taken):
    name = named(wish, taken, "en")
    assert fold(name) not in {fold(one) for one in taken}
    assert any(c.isalnum() for c in name)


def test_every_language_has_animals_enough_for_a_room():
    assert all(len(set(animals)) >= 60 for animals in ANIMALS.values())


def test_an_end_is_an_end(queue):
    person, _ = queue.join()
    queue.submit(person.id, "one-picture", [CAT])
    ticket = queue.begin()
    queue.end(ticket.id, "finished", 2.5)
    queue.end(ticket.id, "failed", 3.5, "Other")
    assert queue.cancel(ticket.id).state == "finished"
    assert queue.ticket(ticket.id).seconds == 2.5
    assert queue.begin() is None


def test_what_was_asked_for_before_the_host_came_to_approve_waits_for_the_host(queue):
    person, _ = queue.join()
    shown, taken_down = (queue.submit(person.id, f"wish-number-{n}", [CAT])[0].id for n in range(2))
    queue.hang(taken_down, "withdrawn")
    queue.say(approve=True)
    for _ in range(2):
        queue.end(queue.begin().id, "finished", 1.0)
    assert queue.ticket(shown).wall == "pending"
    assert queue.ticket(taken_down).wall == "withdrawn"


def test_whose_choices_a_wish_is_made_of_outlives_the_process(tmp_path):
    queue = Queue(tmp_path / "room")
    person, _ = queue.join()
    id = queue.submit(person.id, "of-a-round", [CAT], who={"seed": "chance"})[0].id
    queue.close()
    again = Queue(queue.folder)
    assert again.ticket(id).chosen == {"seed": "chance"}
    again.close()


def test_what_broke_off_waits_again_so_often_and_is_then_given_up(queue):
    person, _ = queue.join()
    id = queue.submit(person.id, "unlucky-wish", [CAT])[0].id
    tried = set()
    for _ in range(ATTEMPTS):
        tried.add(queue.begin().exposure)
        queue.again(id)
    assert len(tried) == ATTEMPTS
    assert queue.ticket(id).state == "interrupted"
    assert queue.ticket(id).problem == "WorkerDied"


def test_the_time_a_picture_takes_is_measured_or_unknown(queue):
    person, _ = queue.join()
    assert queue.pace() is None
    for seconds in (2.0, 3.0, 40.0):
        queue.submit(person.id, f"wish-of-{seconds:.0f}-seconds", [CAT])
        queue.end(queue.begin().id, "finished", seconds)
    assert queue.pace() == 3


def test_what_ran_when_its_process_died_waits_again_and_what_was_made_is_made(tmp_path, tiny):
    from apparatus.engine.expose import expose
    from apparatus.models.loading import load

    queue = Queue(tmp_path / "room")
    person, secret = queue.join("Ada")
    for number in range(3):
        queue.submit(person.id, f"wish-number-{number}", [CAT])
    made, lost = queue.begin(), queue.begin()
    model = load(str(tiny))
    expose(model, Settings(model=str(tiny), prompt="a cat", seed=1), store=queue.store, id=made.exposure)
    queue.close()

    again = Queue(tmp_path / "room")
    assert again.recover() == 1
    assert again.ticket(made.id).state == "finished"
    assert again.ticket(lost.id).state == "waiting"
    assert again.line()[0].id == lost.id
    assert again.begin().exposure != lost.exposure
    assert again.known(secret).name == "Ada"
    again.close()


def test_one_process_at_a_time_has_a_workshop_open(queue):
    code = "import sys, pathlib; from apparatus.workshop.queue import Queue; Queue(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(queue.folder)]
    other = subprocess.run(command, capture_output=True, text=True)
    assert "WorkshopOpen" in other.stderr
    assert "is open in another process" in other.stderr
    with pytest.raises(WorkshopOpen):
        Queue(queue.folder)


def test_a_file_that_is_no_workshop_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "workshop.sqlite").write_bytes(
        b"not a database at all, but long enough to be read as one" * 50
    )
    with pytest.raises(StoreUnwritable, match="not a database"):
        Queue(tmp_path)


def test_nobody_else_on_the_machine_reads_it(queue):
    assert queue.folder.stat().st_mode & 0o077 == 0
    assert (queue.folder / "workshop.sqlite").stat().st_mode & 0o077 == 0


def test_a_change_that_fails_leaves_nothing_half_done(queue):
    person, _ = queue.join()

    def half() -> None:
        with queue._changing():
            queue.submit(person.id, "half-a-wish", [CAT])
            queue.ticket("none")

    with pytest.raises(TicketNotFound):
        half()
    assert queue.line() == []


def test_the_store_is_in_wal_mode(queue):
    with sqlite3.connect(Path(queue.folder) / "workshop.sqlite") as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_workshop_of_before_it_was_kept_who_chose_opens(tmp_path):
    before = Queue(tmp_path)
    before.submit(before.join("Ada")[0].id, "first-wish", [CAT])
    before.close()
    with closing(sqlite3.connect(tmp_path / "workshop.sqlite", isolation_level=None)) as file:
        file.execute("ALTER TABLE tickets DROP COLUMN who")
    after = Queue(tmp_path)
    assert [ticket.prompt for ticket in after.tickets()] == ["a cat"]
    after.close()
