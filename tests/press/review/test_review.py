"""Reviewing: the server as it is started, driven by a browser as a reviewer would and by hostile requests."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import chromium, needs_chromium, pictures
from builders import PARAMS
from doors import command, digests, notebooks, program

from perf_lib.press import sign_off
from perf_lib.press.check import record_of
from perf_lib.press.pack import run
from perf_lib.press.review import Comments, open_review
from perf_lib.press.review.figures import open_figures, settle, take
from perf_lib.press.review.review import TEXT, THREAD
from perf_lib.report import open_report
from perf_lib.words.errors import InputError, PerfError
from perf_lib.words.quarters import Quarter

QUARTER = "2019-20-Q3"
NOON = datetime(2020, 2, 28, 12, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of params and a real pack of two notebooks; kept as it is, copied by who spoils it."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(PARAMS, folder / "params")
    few = notebooks(folder / "notebooks", "0_introduction", "2_protect_vulnerable")
    run(Quarter.parse(QUARTER), params=folder / "params", outputs=folder / "outputs", notebooks=few)
    return folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    """A copy of it, for the test to review."""
    return Path(shutil.copytree(built, tmp_path / "place"))


def pack(place: Path) -> Path:
    return place / "outputs" / QUARTER


class Review:
    """perf-lib review as it is started, and raw requests to it with nothing but what the test says."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.process = subprocess.Popen(
            [program("perf-lib"), "review", QUARTER, "--no-browser", "--params", str(place / "params"),
             "--outputs", str(place / "outputs")],
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self.said, self.address = "", ""
        while not self.address:
            line = self.process.stdout.readline()
            assert line, f"perf-lib review ended: {self.said}"
            self.said += line
            self.address = (re.search(r"http://\S+", line) or [""])[0]
        self.url = urllib.parse.urlsplit(self.address)
        self.host = self.url.netloc
        self.cookies = ""

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> tuple[int, dict, str]:
        """Status, headers and text; header names with underscores for hyphens, Host only as given or as it is."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        named = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in named.items():
                connection.putheader(name, value)
            raw = body.encode() if isinstance(body, str) else body
            if raw is not None:
                connection.putheader("Content-Length", str(len(raw)))
            connection.endheaders(raw)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def enter(self) -> str:
        """Come by the secret address, as the browser does; answers the form's token."""
        _, headers, _ = self.ask("GET", f"{self.url.path}?{self.url.query}")
        key = headers["Set-Cookie"].split(";")[0]
        _, headers, page = self.ask("GET", "/", Cookie=key)
        self.cookies = f"{key}; {headers['Set-Cookie'].split(';')[0]}"
        return re.search(r'name="_xsrf" value="([^"]+)"', page)[1]

    def post(self, path: str, fields: dict[str, str], **headers: str) -> tuple[int, dict, str]:
        """A form sent as this server's own page sends it, but for the headers that the test gives."""
        sent = {"Origin": f"http://{self.host}", "Cookie": self.cookies,
                "Content-Type": "application/x-www-form-urlencoded", **headers}  # fmt: skip
        named = {name.replace("-", "_"): value for name, value in sent.items() if value}
        return self.ask("POST", path, urllib.parse.urlencode(fields), **named)

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return self.said + rest


@pytest.fixture
def review(place: Path) -> Iterator[Review]:
    started = Review(place)
    yield started
    if started.process.poll() is None:
        started.stop()


# Comments


@pytest.fixture
def comments(tmp_path: Path) -> Comments:
    return Comments(tmp_path / QUARTER)


def test_a_comment_is_markdown_beside_the_commentary(comments):
    comments.add("hate_crime", "A. Reviewer", "Is **this** so?", NOON)
    comments.add("hate_crime", "B. Analyst", "It is.\n\nSee Appendix A.", NOON)
    assert comments.path("hate_crime").relative_to(comments.quarter_folder).as_posix() == "comments/hate_crime.md"
    assert comments.path("hate_crime").read_text(encoding="utf-8") == (
        "## A. Reviewer, 2020-02-28 12:05 UTC\n\nIs **this** so?\n\n"
        "## B. Analyst, 2020-02-28 12:05 UTC\n\nIt is.\n\nSee Appendix A.\n"
    )
    assert [(each.name, each.text) for each in comments.of("hate_crime")] == [
        ("A. Reviewer", "Is **this** so?"),
        ("B. Analyst", "It is.\n\nSee Appendix A."),
    ]


def test_nobody_can_write_in_anothers_name(comments):
    forged = "Fine.\n\n## The Chief, 2020-02-28 12:05 UTC\n\nI agree."
    comments.add("hate_crime", "A. Reviewer", forged, NOON)
    (only,) = comments.of("hate_crime")
    assert only.name == "A. Reviewer"
    for name in ("A\n## The Chief, 2020-02-28 12:05 UTC", "", " ", "x" * 81, "a\x00b", "a\u202eb"):
        try:
            comments.add("hate_crime", name, "Text", NOON)
        except InputError as refused:
            assert "a name has 1 to 80 characters" in str(refused)
    assert {each.name for each in comments.of("hate_crime")} <= {
        "A. Reviewer", "A ## The Chief, 2020-02-28 12:05 UTC"
    }  # fmt: skip


def test_what_was_written_by_hand_is_shown_too(comments):
    comments.path("hate_crime").parent.mkdir(parents=True)
    comments.path("hate_crime").write_text("Note to self.\n", encoding="utf-8")
    comments.add("hate_crime", "A", "B", NOON)
    assert [(each.name, each.text) for each in comments.of("hate_crime")] == [("", "Note to self."), ("A", "B")]


def test_sizes_are_bounded(comments):
    comments.add("hate_crime", "A", "x" * TEXT, NOON)
    with pytest.raises(InputError, match="a comment has 1 to 4,000 characters; this one has 4,001"):
        comments.add("hate_crime", "A", "x" * (TEXT + 1), NOON)
    with pytest.raises(InputError, match="the thread is full"):
        for _ in range(THREAD // TEXT + 1):
            comments.add("hate_crime", "A", "x" * TEXT, NOON)
    assert comments.path("hate_crime").stat().st_size <= THREAD


@pytest.mark.parametrize(
    "about", ["../settings", "/etc/passwd", "a/b", "A", "", ".", "hate_crime.md", "a\x00b", "_other"]
)
def test_a_thread_stays_in_its_folder(comments, about):
    with pytest.raises(InputError):
        comments.add(about, "A", "B", NOON)
    assert not comments.quarter_folder.exists()


def test_a_link_out_of_the_folder_is_not_followed(comments, tmp_path):
    comments.path("hate_crime").parent.mkdir(parents=True)
    outside = tmp_path / "outside.md"
    outside.write_text("kept\n", encoding="utf-8")
    comments.path("hate_crime").symlink_to(outside)
    with pytest.raises(InputError, match="leads outside"):
        comments.add("hate_crime", "A", "B", NOON)
    assert outside.read_text(encoding="utf-8") == "kept\n"


# Sign-offs


def test_a_sign_off_names_who_when_and_which_pack_and_lapses_when_any_file_changes(place):
    folder = pack(place)
    assert sign_off.said(folder) == ["not signed off"]
    sign_off.sign(folder, "A. Chief", sign_off.pack_digest(folder), NOON)
    (recorded,) = json.loads((folder / "run.json").read_text(encoding="utf-8"))["sign_offs"]
    assert recorded == {"name": "A. Chief", "time": "2020-02-28T12:05:00+00:00", "pack": sign_off.pack_digest(folder)}
    assert sign_off.said(folder) == ["signed off by A. Chief on 28 February 2020 at 12:05 UTC"]
    for name in ("report.html", "findings.csv", "pages/0_introduction.pdf"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole + b" ")
        assert sign_off.holding(folder) == ()
        assert "has lapsed: the pack has changed since" in sign_off.said(folder)[0]
        (folder / name).write_bytes(whole)
        assert len(sign_off.holding(folder)) == 1
    (folder / "another.txt").write_text("", encoding="utf-8")
    assert sign_off.holding(folder) == ()


def test_a_pack_that_changed_since_it_was_shown_is_not_signed(place):
    seen = sign_off.pack_digest(pack(place))
    (pack(place) / "findings.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(PerfError, match="the pack has changed since it was shown"):
        sign_off.sign(pack(place), "A. Chief", seen)
    assert sign_off.sign_offs(pack(place)) == ()


def test_a_draft_is_not_signed(place):
    record = pack(place) / "run.json"
    made = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**made, "parameters": {**made["parameters"], "draft": "yes"}}), encoding="utf-8")
    with pytest.raises(PerfError, match="a draft cannot be signed off; make the pack without --draft"):
        sign_off.sign(pack(place), "A. Chief", sign_off.pack_digest(pack(place)))
    assert sign_off.sign_offs(pack(place)) == ()


def test_comments_and_sign_offs_leave_the_pack_current_and_changed_words_do_not(place):
    folder, asked = pack(place), {"params": place / "params", "outputs": place / "outputs"}
    signed = sign_off.sign(folder, "A. Chief", sign_off.pack_digest(folder), NOON)
    Comments(place / "params" / QUARTER).add("hate_crime", "A", "B", NOON)
    again = run(Quarter.parse(QUARTER), notebooks=place / "notebooks", **asked)
    assert not again.made
    assert sign_off.holding(folder) == (signed,)
    words = place / "params" / QUARTER / "introduction.md"
    words.write_text(words.read_text(encoding="utf-8") + "\nOne more thing.\n", encoding="utf-8")
    assert run(Quarter.parse(QUARTER), notebooks=place / "notebooks", **asked).made
    assert sign_off.sign_offs(folder) == (signed,)  # on record still,
    assert sign_off.holding(folder) == ()  # but of another pack


@pytest.mark.parametrize("recorded", ["x", [1], [{"name": "A"}], [{"name": 1, "time": "x", "pack": "y"}], None])
def test_a_record_that_holds_something_else_for_sign_offs_holds_none(place, recorded):
    record = pack(place) / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text(encoding="utf-8")), "sign_offs": recorded}), "utf-8")
    assert sign_off.sign_offs(pack(place)) == ()


def test_the_command_says_where_the_pack_stands(place):
    options = (QUARTER, "--status", "--params", place / "params", "--outputs", place / "outputs")
    unsigned = command("perf-lib", "review", *options)
    assert (unsigned.returncode, unsigned.stdout) == (1, f"{QUARTER}: not signed off\n")
    sign_off.sign(pack(place), "A. Chief", sign_off.pack_digest(pack(place)), NOON)
    signed = command("perf-lib", "review", *options)
    assert (signed.returncode, signed.stderr) == (0, "")
    assert signed.stdout == f"{QUARTER}: signed off by A. Chief on 28 February 2020 at 12:05 UTC\n"


def test_where_there_is_no_pack_there_is_nothing_to_review(tmp_path):
    with pytest.raises(InputError, match="there is no pack to review; perf-lib run 2019-20-Q3 makes it"):
        open_review(QUARTER, PARAMS, tmp_path)


# The server, asked by others


def test_it_listens_on_the_loopback_alone(review):
    bound = Path("/proc/net/tcp")
    if not bound.exists():
        pytest.skip("only Linux says in /proc what listens where")
    port = f":{review.url.port:04X}"
    listening = [line.split()[1] for line in bound.read_text(encoding="ascii").splitlines()[1:]
                 if line.split()[1].endswith(port) and line.split()[3] == "0A"]  # fmt: skip
    assert listening == [f"0100007F{port}"]  # 127.0.0.1, as the kernel writes it
    sixes = Path("/proc/net/tcp6").read_text(encoding="ascii") if Path("/proc/net/tcp6").exists() else ""
    assert port not in sixes


def test_no_page_without_the_key(review):
    for path in ("/", "/report", "/review.css", "/?about=hate_crime", "/open", "/open?key=", "/open?key=x", "/none"):
        status, headers, text = review.ask("GET", path)
        assert status == 403, path
        assert "hate" not in text.lower()
        assert "Set-Cookie" not in headers
    assert review.ask("GET", "/", Cookie=f"perf_review_{review.url.port}=reviewer")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}",
                                  "localhost.evil.example:{port}", "127.0.0.1:{port}.evil.example", ""])  # fmt: skip
def test_a_host_that_only_dns_leads_here_is_turned_away(review, host):
    review.enter()
    named = host.format(port=review.url.port)
    for path in ("/", "/report", f"{review.url.path}?{review.url.query}"):
        status, _, text = review.ask("GET", path, Host=named, Cookie=review.cookies)
        assert status in (400, 421), (path, named)
        assert "<iframe" not in text


FORM = {"about": "hate_crime", "name": "Mallory", "text": "Gone"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"Origin": "http://localhost:1"},
        {"Origin": "https://127.0.0.1"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Cookie": ""}, {"Content-Type": "text/plain"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/comment", "/sign-off"])
def test_another_sites_form_changes_nothing(review, path, headers):
    token = review.enter()
    before = digests(review.place)
    fields = {**FORM, "pack": sign_off.pack_digest(pack(review.place)), "_xsrf": token}
    status, _, _ = review.post(path, fields, **headers)
    assert status in (400, 403)
    assert digests(review.place) == before


def test_a_form_without_its_token_or_with_anothers_changes_nothing(review):
    review.enter()
    before = digests(review.place)
    for token in ({}, {"_xsrf": ""}, {"_xsrf": "2|aaaaaaaa|bbbbbbbb|1"}):
        assert review.post("/comment", {**FORM, **token})[0] == 403
    assert digests(review.place) == before


def test_the_same_form_from_our_own_page_is_taken(review):
    token = review.enter()
    status, headers, _ = review.post("/comment", {**FORM, "_xsrf": token})
    assert (status, headers["Location"]) == (303, "/?about=hate_crime")
    (taken,) = Comments(review.place / "params" / QUARTER).of("hate_crime")
    assert (taken.name, taken.text) == ("Mallory", "Gone")


def test_every_answer_carries_a_strict_policy_and_the_cookie_is_out_of_reach(review):
    _, opened, _ = review.ask("GET", f"{review.url.path}?{review.url.query}")
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in opened["Set-Cookie"].split(";")}
    review.enter()
    for path in ("/", "/report", "/review.css", "/none"):
        _, headers, _ = review.ask("GET", path, Cookie=review.cookies)
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "frame-ancestors 'self'" in policy if path == "/report" else "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in headers


@pytest.mark.parametrize("path", ["/run.json", "/../run.json", "/report/../run.json", "/report%00",
                                  "/%2e%2e/%2e%2e/params/settings.yaml", "//etc/passwd", "/?about=../settings",
                                  "/?about=%00", "/?about=_report/../x"])  # fmt: skip
def test_no_path_leads_to_a_file(review, path):
    review.enter()
    status, _, text = review.ask("GET", path, Cookie=review.cookies)
    assert status in (400, 404), text
    assert "versions" not in text
    assert "priorities" not in text


def test_what_is_too_large_or_not_a_form_is_turned_away(review):
    token = review.enter()
    before = digests(review.place)
    try:
        status = review.post("/comment", {**FORM, "text": "x" * 100_000, "_xsrf": token})[0]
    except (ConnectionError, http.client.HTTPException):
        status = 413  # it hung up before reading on
    assert status in (400, 413)
    assert review.post("/comment", {**FORM, "text": "x" * (TEXT + 1), "_xsrf": token})[0] == 400
    assert review.post("/comment", {**FORM, "about": "nothing", "_xsrf": token})[0] == 404
    assert review.post("/sign-off", {**FORM, "pack": "0" * 64, "_xsrf": token})[0] == 400
    for method in ("PUT", "DELETE", "PATCH"):
        assert review.ask(method, "/comment", "x", Cookie=review.cookies)[0] in (403, 405)
    assert digests(review.place) == before
    assert review.ask("GET", "/", Cookie=review.cookies)[0] == 200  # and it still serves


def test_half_a_request_holds_nobody_up(review):
    review.enter()
    with socket.create_connection((review.url.hostname, review.url.port)) as slow:
        slow.sendall(
            b"POST /comment HTTP/1.1\r\nHost: " + review.host.encode() + b"\r\nContent-Length: 500\r\n\r\nabout="
        )
        assert review.ask("GET", "/", Cookie=review.cookies)[0] == 200


def test_ctrl_c_ends_it_politely(review):
    said = review.stop()
    assert said.splitlines()[0] == f"{QUARTER}: not signed off"
    assert said.rstrip().endswith("The review has ended.")


# The server, as a reviewer sees it


@needs_chromium
def test_a_reviewer_comments_and_signs_off_and_sees_it_lapse(review):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(review.address)
        page.wait_for_url("**/")
        report = page.frame_locator("iframe")
        report.locator("h3#hate_crime, h3#domestic_abuse_crime").first.wait_for()
        page.screenshot(path=pictures("review") / "opened.png")
        report.locator("#domestic_abuse_crime + p a").click()
        page.wait_for_url("**/?about=domestic_abuse_crime")
        assert page.locator("#thread").inner_text() == "Domestic abuse crime"
        page.fill("#text", "Is it **so**? <img src=x onerror=alert(1)> [here](javascript:alert(1))")
        page.fill("#name", "A. Reviewer")
        page.get_by_role("button", name="Add the comment").click()
        comment = page.locator(".comment")
        comment.wait_for()
        assert "<img src=x onerror=alert(1)>" in comment.inner_text()  # as text
        assert comment.locator("img, script, a[href^='javascript']").count() == 0
        assert comment.locator("strong").all_inner_texts() == ["A. Reviewer", "so"]
        assert report.locator("#domestic_abuse_crime + p a").inner_text() == "1 comment"
        page.get_by_role("button", name="Sign off this pack").click()
        page.locator(".holds", has_text="Signed off by A. Reviewer").wait_for()
        page.screenshot(path=pictures("review") / "signed_off.png")
        with (pack(review.place) / "findings.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        page.reload()
        page.locator(".lapsed", has_text="has lapsed: the pack has changed since").wait_for()
        page.locator("aside").evaluate("aside => aside.scrollTo(0, aside.scrollHeight)")
        page.screenshot(path=pictures("review") / "lapsed.png")
        page.set_viewport_size({"width": 400, "height": 900})
        page.screenshot(path=pictures("review") / "narrow.png", full_page=True)
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert {urllib.parse.urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {review.host}


@needs_chromium
def test_a_hostile_page_in_the_reviewers_browser_can_neither_read_nor_write(review, tmp_path):
    """A page of another origin, in the very browser that holds the key's cookie."""
    hostile = tmp_path / "hostile.html"
    hostile.write_text(
        f"""<form id=f method=post action="http://{review.host}/comment"><input name=about value=hate_crime>
        <input name=name value=Mallory><input name=text value=Gone></form>
        <iframe id=i src="http://{review.host}/"></iframe>""",
        encoding="utf-8",
    )
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(review.address)
        page.wait_for_url("**/")
        before = digests(review.place)
        page.goto(hostile.as_uri())
        framed = next(frame for frame in page.frames if frame != page.main_frame)
        assert "Review of" not in framed.content()
        fetched = page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(r => r.text()).catch(error => 'refused')",
            f"http://{review.host}/",
        )
        assert fetched == "refused"
        with page.expect_navigation():
            page.evaluate("() => document.getElementById('f').submit()")
        assert "403" in page.content()
        assert digests(review.place) == before


# --- figures that nobody answers for


@needs_chromium
def test_a_reviewer_takes_an_offer_and_answers_for_a_figure_by_clicks(review):
    """What is clicked is in the commentary and in the record, and nothing is open after it."""
    params, record = review.place / "params", pack(review.place) / "run.json"
    file = params / QUARTER / "commentary" / "sexual_offences.md"
    file.write_text("There were 1,946 sexual offences in all. Some 41 of them were in Swindon.\n", "utf-8")
    open_now = record_of(open_report(QUARTER, params).checked(), is_public=False)
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | open_now), "utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.goto(review.address)
        page.wait_for_url("**/")
        page.goto(f"http://{review.host}/?about=sexual_offences")
        first, second = page.locator("article.comment", has=page.locator("button", has_text="Checked")).all()
        page.screenshot(path=pictures("review") / "figures.png")
        assert "1,946" in first.inner_text() and "41" in second.inner_text()
        first.get_by_role("button", name="Bind 1,496", exact=True).click()
        page.locator("article.comment", has_text="1,946").wait_for(state="detached")
        assert file.read_text("utf-8").startswith("There were {{ rolling_12 }} sexual offences in all. Some 41")
        page.get_by_label("Why it is right as it stands").fill("from the crime system, March 2020")
        page.locator("article.comment").get_by_label("Your name").fill("A. Reviewer")
        page.get_by_role("button", name="Checked").click()
        page.locator("#figures").wait_for(state="detached")
        page.screenshot(path=pictures("review") / "answered.png")
    (answer,) = json.loads(record.read_text("utf-8"))["answers"]
    assert (answer["text"], answer["reason"], answer["name"]) == (
        "41", "from the crime system, March 2020", "A. Reviewer",
    )  # fmt: skip


WORDS = "First line.\n\nThere were 1,946 offences, and 41 in Swindon.\n"


@pytest.fixture
def open_pack(tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """A pack's record with two open figures, and the file that they stand in."""
    file = tmp_path / "x.md"
    file.write_text(WORDS, "utf-8")
    sentence = WORDS.splitlines()[2]
    first, second = WORDS.index("1,946"), WORDS.index("41")
    offers = [{"printed": "1,496", "words": "the total", "binding": "{{ rolling_12 }}"}]
    figure = {"file": "commentary/x.md", "line": 3, "sentence": sentence, "right": None, "verdict": "not traced"}
    figures = [
        {**figure, "text": "1,946", "place": [first, first + 5], "offers": offers},
        {**figure, "text": "41", "place": [second, second + 2], "offers": []},
    ]
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "run.json").write_text(json.dumps({"answers": [], "open_figures": figures}), "utf-8")
    return pack, {"commentary/x.md": file}


def test_an_offer_is_taken_with_a_click_and_a_reason_settles_a_figure(open_pack):
    pack, files = open_pack
    first, second = open_figures(pack, "x", {"x": "X"})
    take(pack, files, first["key"], "{{ rolling_12 }}")
    assert files["commentary/x.md"].read_text("utf-8") == WORDS.replace("1,946", "{{ rolling_12 }}")
    (left,) = open_figures(pack, "x", {"x": "X"})
    assert left["text"] == "41" and left["place"][0] == WORDS.index("41") + len("{{ rolling_12 }}") - len("1,946")
    settle(pack, second["key"], "from the\ncrime system", "A. Person")
    assert open_figures(pack, "x", {"x": "X"}) == []
    (answer,) = json.loads((pack / "run.json").read_text("utf-8"))["answers"]
    assert (answer["text"], answer["reason"], answer["name"]) == ("41", "from the crime system", "A. Person")


def test_what_was_not_offered_and_what_has_changed_is_not_written(open_pack):
    pack, files = open_pack
    first, _ = open_figures(pack, "x", {"x": "X"})
    with pytest.raises(InputError, match="bind it in the file"):
        take(pack, files, first["key"], "{{ crime_volume.rolling_12 }}")
    with pytest.raises(InputError, match="bind it in the file"):
        take(pack, {}, first["key"], "{{ rolling_12 }}")
    files["commentary/x.md"].write_text("Other words.\n", "utf-8")
    with pytest.raises(InputError, match="has changed since"):
        take(pack, files, first["key"], "{{ rolling_12 }}")
    with pytest.raises(InputError, match="answered for already"):
        settle(pack, "0" * 16, "a reason", "A. Person")
    with pytest.raises(InputError, match="1 to 300 characters"):
        settle(pack, first["key"], " ", "A. Person")
    assert files["commentary/x.md"].read_text("utf-8") == "Other words.\n"
