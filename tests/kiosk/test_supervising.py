"""What looks after the server and the browser: real small processes that end, hang, and have children."""

import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from apparatus.kiosk import supervising
from apparatus.kiosk.supervising import Charge, Presence, Pulse, Supervisor, how, launch

SLEEPS = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = (
    "import subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)"
)


def python(code):
    return lambda: launch([sys.executable, "-c", code])


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def supervise():
    """Start a supervisor over charges; it and all of theirs are gone at the end."""
    running = []

    def supervise(*charges):
        said = []
        keeper, stopped = Supervisor(charges, said.append), threading.Event()
        thread = threading.Thread(target=keeper.run, args=(stopped,))
        running.append((thread, stopped))
        thread.start()
        return keeper, said, stopped, thread

    yield supervise
    for thread, stopped in running:
        stopped.set()
        thread.join(20)


def pid(keeper, place=0):
    process = keeper.wards[place].process
    return process.pid if process else None


def test_what_dies_is_started_again_and_that_is_said(supervise):
    keeper, said, *_ = supervise(Charge("server", python(SLEEPS)))
    until(lambda: pid(keeper))
    first = pid(keeper)
    psutil.Process(first).kill()
    until(lambda: pid(keeper) not in (None, first))
    assert said == ["The server ended (killed by SIGKILL); it is started again in 0.5 s."]
    assert keeper.wards[0].starts == 2


def test_what_keeps_dying_is_started_ever_more_rarely_but_always(supervise, monkeypatch):
    monkeypatch.setattr(supervising, "SOONEST", 0.05)
    monkeypatch.setattr(supervising, "LATEST", 0.4)
    keeper, said, *_ = supervise(Charge("server", python("raise SystemExit(3)")))
    until(lambda: keeper.wards[0].starts >= 6)
    waits = [float(line.rpartition("in ")[2].removesuffix(" s.")) for line in said[:6]]
    assert waits[:5] == sorted(waits[:5])
    assert max(waits) == 0.4
    assert "exit code 3" in said[0]


def test_what_was_sound_for_long_is_started_again_soon(supervise, monkeypatch):
    monkeypatch.setattr(supervising, "STEADY", 0.0)
    monkeypatch.setattr(supervising, "SOONEST", 0.05)
    keeper, said, *_ = supervise(Charge("server", python("raise SystemExit(3)")))
    until(lambda: keeper.wards[0].starts >= 3)
    assert all("in 0.1 s" in line or "in 0.0 s" in line for line in said)


def test_what_says_nothing_is_ended_even_when_it_will_not_hear(supervise):
    heard = []
    charge = Charge(
        "server", python(DEAF), heard=lambda: heard[-1] if heard else None, patience=0.5, slow=3.0
    )
    keeper, said, *_ = supervise(charge)
    until(lambda: pid(keeper))
    first = pid(keeper)
    heard.append(time.monotonic())
    until(lambda: pid(keeper) not in (None, first))
    assert said[0].startswith("The server said nothing for 1 s, and was ended")
    assert not psutil.pid_exists(first)


def test_it_has_time_to_say_its_first_word(supervise):
    charge = Charge("server", python(SLEEPS), heard=lambda: None, patience=0.1, slow=1.5)
    keeper, said, *_ = supervise(charge)
    until(lambda: pid(keeper))
    time.sleep(0.8)
    assert said == []
    until(lambda: said)
    assert "said nothing for 2 s" in said[0]


def test_what_is_lost_is_ended_at_once(supervise):
    lost = [""]
    keeper, said, *_ = supervise(Charge("browser", python(SLEEPS), lost=lambda: lost[0]))
    until(lambda: pid(keeper))
    lost[0] = "has lost its page (crashed)"
    until(lambda: said)
    lost[0] = ""
    assert said[0].startswith("The browser has lost its page (crashed), and was ended")
    until(lambda: pid(keeper) and keeper.wards[0].starts >= 2)


def test_the_second_waits_until_it_is_wanted(supervise):
    open_ = threading.Event()
    keeper, *_ = supervise(
        Charge("server", python(SLEEPS)), Charge("browser", python(SLEEPS), wanted=open_.is_set)
    )
    until(lambda: pid(keeper))
    time.sleep(0.6)
    assert pid(keeper, 1) is None
    open_.set()
    until(lambda: pid(keeper, 1))


def test_at_the_end_all_of_it_is_gone_what_it_started_and_what_will_not_hear_too(supervise, monkeypatch):
    monkeypatch.setattr(supervising, "COURTESY", 1.0)
    keeper, _, stopped, thread = supervise(Charge("server", python(PARENT)), Charge("browser", python(DEAF)))
    until(lambda: pid(keeper) and pid(keeper, 1))
    until(lambda: psutil.Process(pid(keeper)).children())
    family = [pid(keeper), pid(keeper, 1), psutil.Process(pid(keeper)).children()[0].pid]
    begun = time.monotonic()
    stopped.set()
    thread.join(20)
    assert time.monotonic() - begun < 5
    until(lambda: not any(map(psutil.pid_exists, family)))


def test_what_cannot_be_started_is_tried_again(supervise, monkeypatch):
    monkeypatch.setattr(supervising, "SOONEST", 0.05)
    keeper, said, *_ = supervise(Charge("browser", lambda: launch(["/nowhere/chromium"])))
    until(lambda: keeper.wards[0].starts >= 3)
    assert "cannot be started ([Errno 2]" in said[0]


def test_when_the_supervisor_is_killed_its_charges_go_with_it(tmp_path):
    code = (
        "import sys, threading\n"
        "from apparatus.kiosk.supervising import Charge, Supervisor, launch\n"
        f"sleeps = [sys.executable, '-c', {SLEEPS!r}]\n"
        "Supervisor([Charge('server', lambda: launch(sleeps))]).run(threading.Event())\n"
    )
    keeper = subprocess.Popen([sys.executable, "-c", code])
    try:
        until(lambda: psutil.Process(keeper.pid).children())
        child = psutil.Process(keeper.pid).children()[0]
        keeper.send_signal(signal.SIGKILL)
        keeper.wait(10)
        until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    finally:
        keeper.kill()
        keeper.wait()


class Stream(BaseHTTPRequestHandler):
    """Says that it lives until it is told to be silent, or to hang up."""

    server: "Streaming"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """A stream without an end."""
        self.send_response(200)
        self.end_headers()
        self.server.opened += 1
        while not self.server.hang_up.is_set():
            if not self.server.silent.is_set():
                self.wfile.write(b"event: alive\ndata: 1\n\n")
                self.wfile.flush()
            time.sleep(0.05)


class Streaming(ThreadingHTTPServer):
    """A server of such streams."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Stream)
        self.silent, self.hang_up, self.opened = threading.Event(), threading.Event(), 0


@pytest.fixture
def streaming():
    server = Streaming()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.hang_up.set()
    server.shutdown()
    server.server_close()


def test_a_stream_is_heard_and_its_silence_too(streaming):
    pulse = Pulse(f"http://127.0.0.1:{streaming.server_port}/alive", patience=0.6)
    until(lambda: pulse.open)
    streaming.silent.set()
    until(lambda: not pulse.open)
    streaming.silent.clear()
    until(lambda: pulse.open)
    pulse.close()


def test_a_stream_that_breaks_off_is_taken_up_again(streaming):
    pulse = Pulse(f"http://127.0.0.1:{streaming.server_port}/alive", patience=2.0)
    until(lambda: pulse.open)
    streaming.hang_up.set()
    time.sleep(0.2)
    streaming.hang_up.clear()
    until(lambda: streaming.opened >= 2)
    pulse.close()


def test_where_nobody_listens_nothing_is_heard():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        pulse = Pulse(f"http://127.0.0.1:{probe.getsockname()[1]}/alive", patience=0.5)
        time.sleep(0.8)
        assert pulse.heard is None
        assert not pulse.open
        pulse.close()


@pytest.mark.parametrize(
    ("code", "said"), [(2, "exit code 2"), (-9, "killed by SIGKILL"), (-63, "killed by signal 63")]
)
def test_an_end_is_told_in_words(code, said):
    assert how(code) == said


class Told(BaseHTTPRequestHandler):
    """Says when a page was last heard of, as its server has it."""

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """The answer."""
        status, body = self.server.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize(
    ("answer", "silent"),
    [
        ((200, b'{"heard": 40.0, "pages": 1}'), True),
        ((200, b'{"heard": 0.1, "pages": 0}'), True),
        ((200, b'{"heard": null, "pages": 0}'), True),
        ((200, b'{"heard": null, "pages": 1}'), False),
        ((200, b'{"heard": 0.1, "pages": 1}'), False),
        ((404, b"Nothing is here."), False),
        ((200, b"no JSON"), False),
    ],
)
def test_a_page_is_silent_only_where_the_server_says_so(answer, silent):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.answer = answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = Presence(f"http://127.0.0.1:{server.server_port}/here", every=0.1)
    begun = page.heard
    try:
        time.sleep(0.8)
        assert (page.heard == begun) == silent
    finally:
        page.close()
        server.shutdown()
        server.server_close()
