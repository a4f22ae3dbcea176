"""The visitors of the benchmark, a process of their own: `python -m benchmarks.load PORT COOKIE PATH CONNECTIONS SECONDS`.

Prints one line of JSON: answers, those that were not 200, median and 95th percentile in seconds.
"""

import asyncio
import json
import sys
from time import perf_counter


async def visit(port, request, until, taken, bad):
    """One kept-alive connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while perf_counter() < until:
        begun = perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        taken.append(perf_counter() - begun)
        if " 200 " not in head.split("\r\n")[0]:
            bad.append(head)
    writer.close()


async def main(port, cookie, path, connections, seconds):
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept-Language: zh-CN\r\n"
        "Accept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n"
    ).encode()
    taken, bad = [], []
    until = perf_counter() + float(seconds)
    await asyncio.gather(*(visit(int(port), request, until, taken, bad) for _one in range(int(connections))))
    taken.sort()
    found = {"answers": len(taken), "bad": len(bad), "median": taken[len(taken) // 2], "p95": taken[len(taken) * 95 // 100]}
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
