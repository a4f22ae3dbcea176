"""What state machines over HTTP have in common: people who are logged in, an end, and how often and how long they run."""

import os

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from domain import accounts, now
from models import Event

ASKED = int(os.environ.get("HAITU_MACHINE", "0"))


class Machine(RuleBasedStateMachine):
    """`cast` are the people of the run that is going on; `seen` the verbs that its steps brought about."""

    engine = application = seen = None

    def teardown(self):
        if hasattr(self, "cast"):
            self.seen.update(event.verb.split(".")[1] for event in Event.select(Event.verb).distinct())
            self.engine.end()

    def log_in(self, name):
        client = self.application.test_client()
        token = accounts.open_session(getattr(self.cast, name), address="127.0.0.1", agent="test", remember=False, at=now())
        with client.session_transaction() as session:
            session["token"] = token
        return client.carry_token()


def run(machine, engine, application, usual, reached):
    """So many examples of so many steps: `usual` of them, always the same; or as many as are asked for, of 50 steps. All
    verbs of `reached` have to come about: a machine whose requests are all refused would find nothing."""
    examples, steps = (ASKED, 50) if ASKED else usual
    machine.engine, machine.application, machine.seen = engine, application, set()
    run_state_machine_as_test(
        machine if ASKED else seed(1)(machine),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )
    missing = reached - machine.seen
    assert not missing, f"no step brought about {missing}"
