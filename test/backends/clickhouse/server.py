"""ClickHouse's HTTP interface on top of chDB, which is ClickHouse's engine in a Python module.

No registry of packages has a ClickHouse server that is recent enough for the Collector's exporter. Here the exporter's own SQL
and its own blocks of data reach the real engine; only what answers HTTP is made here: one query at a time, no users, no
settings, no compression.

    python server.py PORT FOLDER
"""

import os
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb import session

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]

engine = session.Session(os.path.join(FOLDER, "data"))
# The engine runs one query at a time.
turn = threading.Lock()

HELLO = "SELECT displayName(), version(), revision(), timezone()"
INSERT = re.compile(r"\s*INSERT\s+INTO\s.*\sFORMAT\s+Native\s*$", re.IGNORECASE | re.DOTALL)


def text(value):
    raw = value.encode()
    assert len(raw) < 128
    return bytes([len(raw)]) + raw


def hello():
    """Answers a driver's first query, with the engine's version and the protocol's revision 0.

    A driver that reads revision 0 takes and sends blocks as the engine reads and writes files of the format Native, so that
    all later blocks can be handed on as they are. This first one is read as of the driver's own revision.
    """
    version = engine.query("SELECT version()", "TSVRaw").bytes().decode().strip()
    columns = [
        ("displayName()", "String", text("chDB")),
        ("version()", "String", text(version)),
        ("revision()", "UInt32", (0).to_bytes(4, "little")),
        ("timezone()", "String", text("UTC")),
    ]
    block_info = b"\x01\x00\x02\xff\xff\xff\xff\x00"
    ordinary = b"\x00"
    return (
        block_info
        + bytes([len(columns), 1])
        + b"".join(text(name) + text(kind) + ordinary + value for name, kind, value in columns)
    )


def insert(query, block):
    """Hands on a block from a file: a query here is text and carries no data."""
    with tempfile.NamedTemporaryFile(dir=FOLDER, suffix=".native") as file:
        file.write(block)
        file.flush()
        into = re.sub(r"FORMAT\s+Native\s*$", "", query, flags=re.IGNORECASE)
        engine.query(f"{into} SELECT * FROM file('{file.name}', 'Native')")
    return b""


def answer(query, database, output, body):
    with turn:
        engine.query(f"USE `{database}`")
        if query.strip() == HELLO:
            return hello()
        if INSERT.match(query):
            return insert(query, body)
        return engine.query(query, output).bytes()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def reply(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.reply(200, b"Ok.\n")

    def do_POST(self):
        given = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = self.body()
        query = given.get("query") or body.decode()
        try:
            self.reply(200, answer(query, given.get("database", "default"), given.get("default_format", "TSV"), body))
        except Exception as problem:
            print(f"{problem}\nin: {query[:500]}", file=sys.stderr, flush=True)
            self.reply(500, str(problem).encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
