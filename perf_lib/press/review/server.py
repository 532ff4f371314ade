"""The review on localhost: Tornado, which JupyterLab runs on, and a door that only this machine's user has the key to.

It listens on the loopback alone. A request must name this server as its host (a name that an attacker's DNS turns
to 127.0.0.1 does not), carry the cookie that the secret address gave, and, where it changes anything, come from
this page itself (its Origin) with the form's own token. No page of ours runs a script.
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
from perf_lib.press.review.comments import WHOLE
from perf_lib.press.review.desk import ReviewDesk
from perf_lib.views.html import TEMPLATES
from perf_lib.words.errors import InputError, PerfError

LOOPBACK = "127.0.0.1"
LARGEST = 64 * 1024  # bytes of a request's body: a comment in the widest of alphabets, and room to spare
HEADERS = 16 * 1024  # bytes of its headers

_PAGE = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The report brings a policy of its own in its head, which holds besides; its script, an aid to sorting, is not run.
_REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def serve(desk: ReviewDesk, port: int = 0) -> tuple[HTTPServer, str]:
    """Start to listen, within the running event loop; answers the server and the secret address to open.

    port: 0 takes any that is free. Raises InputError where the port is taken.
    """
    try:
        sockets = bind_sockets(port, LOOPBACK)
    except OSError as error:
        raise InputError(f"port {port}: cannot be listened on: {error.strerror}") from None
    taken = sockets[0].getsockname()[1]
    key = secrets.token_urlsafe(32)
    application = _application(desk, taken, key)
    server = HTTPServer(
        application, max_body_size=LARGEST, max_header_size=HEADERS, idle_connection_timeout=60, body_timeout=30
    )
    server.add_sockets(sockets)
    return server, f"http://{LOOPBACK}:{taken}/open?key={key}"


def _application(desk: ReviewDesk, port: int, key: str) -> Application:
    shared = {"desk": desk}
    return Application(
        [
            ("/open", _Open, shared),
            ("/", _Page, shared),
            ("/report", _Report, shared),
            ("/review.css", _Style, shared),
            ("/comment", _AddComment, shared),
            ("/sign-off", _SignOff, shared),
        ],
        default_handler_class=_Nothing,
        default_handler_args=shared,
        key=key,
        hosts=frozenset(f"{name}:{port}" for name in (LOOPBACK, "localhost")),
        # Cookies know no ports: a name of its own keeps it apart from JupyterLab's on the same machine.
        cookie=f"perf_review_{port}",
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
        xsrf_cookie_name=f"perf_review_form_{port}",
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
        log_function=lambda handler: None,  # a reviewer's terminal is no access log
        compress_response=True,
    )


class _Door(RequestHandler):
    """What every request passes: host, key, origin; and what every answer carries."""

    policy = _PAGE

    def initialize(self, desk: ReviewDesk) -> None:
        self.desk = desk

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", self.policy)
        self.set_header("X-Content-Type-Options", "nosniff")
        # Not no-referrer: that would make a form's own Origin null, which is what we hold it to.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def prepare(self) -> None:
        self.check_host()
        self.check_key()
        # Asked of every request, not of POST alone: another site's page can frame or fetch nothing here.
        if self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise HTTPError(403, "asked for by another site")
        if self.request.method not in ("GET", "HEAD") and self.request.headers.get("Origin") != self.origin:
            raise HTTPError(403, "sent from another page than this one")

    def check_host(self) -> None:
        """Refuse a request for any other host than this one, however its name came to lead here."""
        if len(self.request.headers.get_list("Host")) != 1 or self.request.host not in self.settings["hosts"]:
            raise HTTPError(421, "this server goes by another name")

    @property
    def origin(self) -> str:
        """This server as the page that asks knows it."""
        return f"http://{self.request.host}"

    def check_key(self) -> None:
        """Refuse who has not come by the secret address."""
        if self.get_signed_cookie(self.settings["cookie"], max_age_days=1) != b"reviewer":
            raise HTTPError(403, "open the address that perf-lib review printed")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        said = error.log_message if isinstance(error, HTTPError) and error.log_message else self._reason
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {said}\n")

    def about(self) -> str:
        """What the request is about, which there must be."""
        about = self.get_argument("about", WHOLE)
        if not self.desk.is_known(about):
            raise HTTPError(404, "there is nothing of that name to comment on")
        return about

    def show(self, about: str, refused: str = "", status: int = 200) -> None:
        """The page, with what could not be done said on it and what was typed kept."""
        self.set_status(status)
        typed = self.get_body_argument("text", "") if refused else ""
        name = self.get_body_argument("name", "") if refused else self.settings.get("last_name", "")
        self.finish(self.desk.page(about, self.xsrf_form_html(), name, refused, typed))

    def change(self, about: str, do: Callable[[], Any]) -> None:
        """Do what a form asks, then show the page anew; or say in one line why not."""
        try:
            do()
        except PerfError as error:
            self.show(about, str(error), 400)
            return
        self.settings["last_name"] = sign_off.cleaned_name(self.get_body_argument("name"))
        self.redirect(f"/?about={quote(about)}", status=303)


class _Open(_Door):
    """The secret address: it gives the cookie, and leads to a page whose address is no secret."""

    def prepare(self) -> None:
        self.check_host()
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(405)

    def get(self) -> None:
        given = self.get_query_argument("key", "")
        if not hmac.compare_digest(given.encode(), self.settings["key"].encode()):
            raise HTTPError(403, "open the address that perf-lib review printed")
        self.set_signed_cookie(self.settings["cookie"], "reviewer", expires_days=None, httponly=True, samesite="Strict")
        # Not a redirect: after one, a browser that came by a link elsewhere would still hold the cookie back.
        self.finish(_ONWARD)


_ONWARD = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Review</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p><a href="/">To the review</a></p></body></html>
"""


class _Page(_Door):
    def get(self) -> None:
        self.show(self.about())


class _Report(_Door):
    policy = _REPORT

    def get(self) -> None:
        self.finish(self.desk.report())


class _Style(_Door):
    def get(self) -> None:
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish((TEMPLATES / "review.css").read_text(encoding="utf-8"))


class _AddComment(_Door):
    def post(self) -> None:
        about = self.about()
        name, text = self.get_body_argument("name", ""), self.get_body_argument("text", "", strip=False)
        self.change(about, lambda: self.desk.comments.add(about, name, text))


class _SignOff(_Door):
    def post(self) -> None:
        name, seen = self.get_body_argument("name", ""), self.get_body_argument("pack", "")
        self.change(self.about(), lambda: sign_off.sign(self.desk.pack, name, seen))


class _Nothing(_Door):
    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404, "there is no such page")

    def check_xsrf_cookie(self) -> None:
        """There is nothing here to protect: no such page, whatever was sent to it."""
