"""The review on localhost, by Tornado, which JupyterLab runs on; only this machine's user can open it.

The server listens on the loopback alone. A request must name this server as its host (a name that an attacker's DNS
turns to 127.0.0.1 does not) and carry the cookie that the secret address sets. A request that changes anything must
come from this page itself (its Origin) with the form's own token. No page of ours runs a script.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from perf_lib.press import sign_off
from perf_lib.press.review.figures import settle, take
from perf_lib.press.review.review import WHOLE, ReviewDesk
from perf_lib.views.html import TEMPLATES
from perf_lib.words.errors import InputError, PerfError

LOOPBACK = "127.0.0.1"
LARGEST = 64 * 1024  # bytes of a request's body: the longest comment in the widest of alphabets, and room to spare
HEADERS = 16 * 1024  # bytes of its headers

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The report's head holds a second policy, and both apply; its script, an aid to sorting, does not run here.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def serve(desk: ReviewDesk, port: int = 0) -> tuple[HTTPServer, str]:
    """Start the server within the running event loop; returns it and the secret address to open.

    port: 0 takes any that is free. Raises InputError where the port is taken.
    """
    try:
        sockets = bind_sockets(port, LOOPBACK)
    except OSError as error:
        raise InputError(f"port {port}: cannot be listened on: {error.strerror}") from None
    port = sockets[0].getsockname()[1]
    key = secrets.token_urlsafe(32)
    limits = {"max_body_size": LARGEST, "max_header_size": HEADERS, "idle_connection_timeout": 60, "body_timeout": 30}
    server = HTTPServer(_application(desk, port, key), **limits)
    server.add_sockets(sockets)
    return server, f"http://{LOOPBACK}:{port}/open?key={key}"


def _application(desk: ReviewDesk, port: int, key: str) -> Application:
    return Application(
        [
            ("/open", _Open),
            ("/", _Page),
            ("/report", _Report),
            ("/review.css", _Style),
            ("/comment", _AddComment),
            ("/sign-off", _SignOff),
            ("/take", _Take),
            ("/answer", _Answer),
        ],
        default_handler_class=_Nothing,
        desk=desk,
        key=key,
        hosts=frozenset(f"{name}:{port}" for name in (LOOPBACK, "localhost")),
        # A browser sends cookies to every port: the port in the name keeps this one apart from JupyterLab's.
        cookie=f"perf_review_{port}",
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
        xsrf_cookie_name=f"perf_review_form_{port}",
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
        log_function=lambda handler: None,  # a reviewer's terminal is no access log
        compress_response=True,
    )


class _Guarded(RequestHandler):
    """The checks that every request passes (host, key, origin), and the headers of every response."""

    policy = _PAGE_POLICY

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", self.policy)
        self.set_header("X-Content-Type-Options", "nosniff")
        # Not no-referrer: it would make the Origin of a form null, and prepare() checks that Origin.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def prepare(self) -> None:
        self.check_host()
        if self.get_signed_cookie(self.settings["cookie"], max_age_days=1) != b"reviewer":
            raise HTTPError(403, "open the address that perf-lib review printed")
        # Checked for every request, not for POST alone: another site's page can frame or fetch nothing here.
        if self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise HTTPError(403, "asked for by another site")
        origin = f"http://{self.request.host}"
        if self.request.method not in ("GET", "HEAD") and self.request.headers.get("Origin") != origin:
            raise HTTPError(403, "sent from another page than this one")

    def check_host(self) -> None:
        """Refuse a request for any other host than this one, whatever name resolved to this address."""
        if len(self.request.headers.get_list("Host")) != 1 or self.request.host not in self.settings["hosts"]:
            raise HTTPError(421, "this server goes by another name")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        reason = error.log_message if isinstance(error, HTTPError) and error.log_message else self._reason
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {reason}\n")

    def about(self) -> str:
        """The thread that the request names; 404 for one that does not exist."""
        about = self.get_argument("about", WHOLE)
        if about != WHOLE and about not in self.settings["desk"].measures:
            raise HTTPError(404, "there is nothing of that name to comment on")
        return about

    def show(self, about: str, refused: str = "", status: int = 200) -> None:
        """Send the page; after a refusal with its reason and the person's input."""
        self.set_status(status)
        text = self.get_body_argument("text", "") if refused else ""
        name = self.get_body_argument("name", "") if refused else self.settings.get("last_name", "")
        self.finish(self.settings["desk"].page(about, self.xsrf_form_html(), name, refused, text))

    def change(self, about: str, action: Callable[[], Any]) -> None:
        """Perform a form's action, then show the page again; or say in one line why not."""
        try:
            action()
        except PerfError as error:
            self.show(about, str(error), 400)
            return
        if name := self.get_body_argument("name", ""):
            self.settings["last_name"] = sign_off.cleaned_name(name)
        self.redirect(f"/?about={quote(about)}", status=303)


class _Open(_Guarded):
    """The secret address: it sets the cookie and leads to the page, whose address is no secret."""

    def prepare(self) -> None:
        self.check_host()
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(405)

    def get(self) -> None:
        key = self.get_query_argument("key", "")
        if not hmac.compare_digest(key.encode(), self.settings["key"].encode()):
            raise HTTPError(403, "open the address that perf-lib review printed")
        self.set_signed_cookie(self.settings["cookie"], "reviewer", expires_days=None, httponly=True, samesite="Strict")
        # Not a redirect: after one, a browser that followed a link from elsewhere would not send the cookie.
        self.finish(_ONWARD)


_ONWARD = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Review</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p><a href="/">To the review</a></p></body></html>
"""


class _Page(_Guarded):
    def get(self) -> None:
        self.show(self.about())


class _Report(_Guarded):
    policy = _REPORT_POLICY

    def get(self) -> None:
        self.finish(self.settings["desk"].report())


class _Style(_Guarded):
    def get(self) -> None:
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish((TEMPLATES / "review.css").read_text(encoding="utf-8"))


class _AddComment(_Guarded):
    def post(self) -> None:
        about = self.about()
        name, text = self.get_body_argument("name", ""), self.get_body_argument("text", "", strip=False)
        self.change(about, lambda: self.settings["desk"].comments.add(about, name, text))


class _SignOff(_Guarded):
    def post(self) -> None:
        name, seen = self.get_body_argument("name", ""), self.get_body_argument("pack", "")
        self.change(self.about(), lambda: sign_off.sign(self.settings["desk"].pack, name, seen))


class _Take(_Guarded):
    def post(self) -> None:
        desk, figure = self.settings["desk"], self.get_body_argument("figure", "")
        binding = self.get_body_argument("binding", "")
        self.change(self.about(), lambda: take(desk.pack, desk.files, figure, binding))


class _Answer(_Guarded):
    def post(self) -> None:
        desk, figure = self.settings["desk"], self.get_body_argument("figure", "")
        reason, name = self.get_body_argument("reason", ""), self.get_body_argument("name", "")
        self.change(self.about(), lambda: settle(desk.pack, figure, reason, name))


class _Nothing(_Guarded):
    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404, "there is no such page")

    def check_xsrf_cookie(self) -> None:
        """No check: a page that does not exist has nothing to protect."""
