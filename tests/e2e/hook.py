"""A web server that answers as a test tells it to, for webhooks."""

import http.server
import threading


class Hook:
    """`answer(number, headers, body)` gives (status, headers), or waits; `number` counts the calls from 1."""

    def __init__(self, answer=lambda number, headers, body: (200, {})):
        self.answer = answer
        self.calls = []  # (headers, body) of each, also of those that are not answered yet
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with hook._lock:
                    hook.calls.append((dict(self.headers), body))
                    number = len(hook.calls)
                status, headers = hook.answer(number, self.headers, body)
                try:
                    self.send_response(status)
                    for name, value in {"content-length": "0", **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:
                    pass  # whoever called has given up meanwhile

            def log_message(self, *_):
                pass

        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def calls_about(self, order):
        """(headers, body) of each call about the order with this id."""
        return [call for call in list(self.calls) if call[0]["X-Ordermesh-Order-Id"] == order]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
