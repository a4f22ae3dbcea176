"""What state machines over HTTP have in common: people who are logged in, a start, an end, how often and how long they run."""

import os

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from domain import accounts, now, time_zone
from models import Event
from tests import cast as people
from tests import databases

ASKED = int(os.environ.get("HAITU_MACHINE", "0"))
MANY = 500  # examples bring about whatever can be


class Machine(RuleBasedStateMachine):
    """Every step is a request of somebody who may or may not be allowed to; what is refused changes nothing (tests/oracle.py).

    A machine says what its examples start from, built once (build), what it reads (read), and what must hold of it (check).
    `players` are logged in; `cast` are the people of the run that is going on; `news` are the facts since the last step, `seen`
    the verbs of all steps."""

    engine = application = seen = None
    players = expected = ()

    def __init__(self):
        super().__init__()
        databases.begin(self.engine, start_of(type(self)))
        time_zone.cache_clear()
        self.cast, self.last, self.mark = people.load(), 0, None
        self.logins = {user.id: login for login, user in vars(self.cast).items()}
        self.clients = {name: self.log_in(name) for name in self.players}
        self.read()

    def teardown(self):
        self.engine.end()

    def log_in(self, name):
        client = self.application.test_client()
        token = accounts.open_session(getattr(self.cast, name), address="127.0.0.1", agent="test", remember=False, at=now())
        with client.session_transaction() as session:
            session["token"] = token
        return client.carry_token()

    def post(self, who, path, **data):
        """Whether it was done. A form as htmx sends it: a refusal is a sentence, without a page around it."""
        answer = self.clients[who].post(path, data=data, headers={"HX-Request": "true"})
        assert answer.status_code in self.expected, f"{path} answers {answer.status_code}"
        return answer.status_code < 400

    @invariant()
    def what_must_hold_holds(self):
        """Asked whenever a step may have written something."""
        mark = self.engine.write_mark()
        if mark != self.mark:
            self.read()
            self.check()
            self.seen.update(event.verb for event in self.news)
            self.mark = mark

    def read(self):
        facts = Event.select(Event.id, Event.verb, Event.record_kind, Event.record_id, Event.after)
        self.news = list(facts.where(Event.id > self.last).order_by(Event.id))
        self.last = self.news[-1].id if self.news else self.last


def start_of(machine):
    return machine.__name__.lower()


def run(machine, engine, application, usual, reached):
    """So many examples of so many steps: `usual` of them, always the same; or as many as are asked for, of 50 steps. All
    verbs of `reached` have to come about: a machine whose requests are all refused would find nothing."""
    examples, steps = (ASKED, 50) if ASKED else usual
    machine.engine, machine.application, machine.seen = engine, application, set()
    engine.builders[start_of(machine)] = machine.build
    run_state_machine_as_test(
        machine if ASKED else seed(1)(machine),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )
    missing = reached - machine.seen
    assert not missing, f"no step brought about {missing}"
