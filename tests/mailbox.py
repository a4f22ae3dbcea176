"""A mail server of a few lines, on a port of its own: it takes what it is sent, or answers as it is told to."""

import socketserver
from contextlib import suppress
from email import message_from_bytes
from email.policy import default
from threading import Thread


class Mailbox(socketserver.ThreadingTCPServer):
    """`answers`: what RCPT is answered, one mail after the other; "250 OK" when there are no more."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Talk)
        self.answers, self.raw = list(answers), []
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=sales@haitu.example"

    @property
    def mails(self):
        return [message_from_bytes(raw, policy=default) for raw in self.raw]

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 mailbox")
        with suppress(ConnectionError):
            for line in self.rfile:
                word = line[:4].upper().strip()
                if word == b"QUIT":
                    return self.say("221 bye")
                if word == b"DATA":
                    self.say("354 go on")
                    self.server.raw.append(self.read_mail())
                    self.say("250 OK")
                elif word == b"RCPT":
                    self.say(self.server.answers.pop(0) if self.server.answers else "250 OK")
                else:
                    self.say("250 OK")

    def read_mail(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
