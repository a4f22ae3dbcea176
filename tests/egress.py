"""Whom this process speaks to: every connection, every datagram and every name that is looked up, by thread."""

import sys
from threading import get_ident

TALK = {
    "socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
    "socket.getnameinfo",
}
heard = []  # (thread, what, with whom)


def listen(event, arguments):
    if event in TALK:
        heard.append((get_ident(), event, arguments[-1] if event.startswith(("socket.connect", "socket.send")) else arguments))


sys.addaudithook(listen)


def since(mark):
    """What this thread has said since `heard` was so long."""
    return [(what, whom) for thread, what, whom in heard[mark:] if thread == get_ident()]
