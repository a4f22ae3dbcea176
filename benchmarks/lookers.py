"""Browsers that stand open at a page, a process of their own: `python -m benchmarks.lookers PORT SECONDS QUESTION < cookies`.

One for each line of cookies; each asks every two seconds as static/js/live.js does. Prints one line of JSON: answers by status,
and the 95th percentile in seconds.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from time import perf_counter

EVERY = 2


async def look(port, question, cookie, until, statuses, taken):
    since = ""
    await asyncio.sleep(random.uniform(0, EVERY))  # noqa: S311
    while perf_counter() < until:
        begun = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)  # waitress closes after a 204
        writer.write(
            f"GET /changes?since={since}&{question} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
            "HX-Request: true\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "content-length:" in head:
            await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        taken.append(perf_counter() - begun)
        statuses[head.split()[1]] += 1
        since = head.split("haitu-since:")[1].split("\r\n")[0].strip() if "haitu-since:" in head else ""
        writer.close()
        await asyncio.sleep(EVERY * random.uniform(0.9, 1.1))  # noqa: S311


async def main(port, seconds, question):
    cookies = sys.stdin.read().split("\n")
    statuses, taken = Counter(), []
    until = perf_counter() + float(seconds)
    await asyncio.gather(*(look(int(port), question, cookie, until, statuses, taken) for cookie in cookies))
    taken.sort()
    print(json.dumps({"statuses": statuses, "p95": taken[len(taken) * 95 // 100]}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
