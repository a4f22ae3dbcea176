"""How often a stranger may knock: at an address that he guesses, and at one that he was given. Counted in memory, per process."""

from collections import OrderedDict, deque
from datetime import timedelta
from threading import Lock

AN_HOUR = timedelta(hours=1)
KNOWN = 10_000  # who is remembered; of more, whoever knocked longest ago is forgotten


class Door:
    """Lets each through so many times an hour."""

    def __init__(self, most):
        self.most, self.knocks, self.lock = most, OrderedDict(), Lock()

    def is_shut(self, who, at):
        """Whether this one has knocked as often as he may."""
        with self.lock:
            return len(self.recent(who, at)) >= self.most

    def knock(self, who, at):
        with self.lock:
            self.recent(who, at).append(at)

    def recent(self, who, at):
        knocks = self.knocks.setdefault(who, deque(maxlen=self.most))
        self.knocks.move_to_end(who)
        while knocks and abs(at - knocks[0]) >= AN_HOUR:  # either way: the machine's clock may have been set back
            knocks.popleft()
        while len(self.knocks) > KNOWN:
            self.knocks.popitem(last=False)
        return knocks


MISSES = Door(30)  # addresses and codes that lead nowhere, from one address on the network
READS = Door(600)  # pages of links and codes, to one address on the network
LINK_READS = Door(300)  # pages behind one link
ALL = (MISSES, READS, LINK_READS)


def forget():
    for door in ALL:
        door.knocks.clear()
