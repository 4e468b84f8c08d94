"""The program of an image that transform jobs send records to."""

SERVER = """
import http.server, json, os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
seen = set()
class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", os.environ.get("ANSWER_TYPE", self.headers.get("Content-Type") or "text/csv"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *ignored):
        pass
    def do_GET(self):
        if self.path == "/execution-parameters":
            offered = os.environ.get("OFFERED")
            return self.reply(200 if offered else 404, (offered or "").encode())
        self.reply(int(os.environ.get("PING", 200)), b"")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        print("lines", len(body.splitlines()), flush=True)
        print("got", repr(body[:100]), self.headers["Content-Type"], self.headers["Accept"], flush=True)
        if "die" in body:
            os._exit(3)
        if "hang" in body:
            time.sleep(3600)
        if "flaky" in body and body not in seen:
            seen.add(body)
            return self.reply(503, b"try again")
        for status in (400, 500):
            if f"answer-{status}" in body:
                return self.reply(status, b"because of the record")
        if "json" in (self.headers["Content-Type"] or ""):
            lines = [json.dumps({"size": len(json.loads(line))}) for line in body.splitlines()]
        else:
            lines = [str(len(line.split(","))) for line in body.splitlines()]
        self.reply(200, "\\n".join(lines).encode())
assert sys.argv[1:] == ["serve"], sys.argv
print("started", *(os.environ.get(name, "-") for name in os.environ.get("SHOW", "").split()), flush=True)
port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 8080))
http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
"""
"""Answers each CSV row with the number of its columns, each JSON line with the number of its members."""
