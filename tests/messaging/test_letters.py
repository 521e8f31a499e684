"""Letters: written with the act, sent after it, never lost, never twice on purpose."""

import socketserver
import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text

from marketplace.config_values import MailServer
from marketplace.db import SYSTEM, VISITOR, Actor, Audience, bind_actor, session
from marketplace.kernel import Invalid, Phrase
from marketplace.kernel.clock import frozen_at
from marketplace.messaging.delivery import envelope
from marketplace.messaging.models import Letter, Notice
from marketplace.messaging.tasks import send_letter
from marketplace.messaging.writing import Mail, notify, write_letter
from tests.database import work_off
from tests.world import NOW

TO = "rosa@harbor.example"


@pytest.fixture
def told(app, settings, tmp_path, monkeypatch):
    """The settings of this test: an outbox of its own."""
    mine = replace(settings, home=tmp_path)
    monkeypatch.setitem(app.config, "SETTINGS", mine)
    with app.app_context():
        yield mine


def write(**more):
    mail = Mail(
        Phrase(more.pop("subject", "About something")), ["First <b>sentence</b> & more.", "Second."], Phrase("Look")
    )
    return write_letter(TO, mail, **{"kind": "test", "link": "/account", "locale": "en"} | more)


def jobs():
    bind_actor(SYSTEM)
    asked = "SELECT (args->>'letter_id')::bigint FROM procrastinate_jobs WHERE task_name = 'messaging.send'"
    return list(session.scalars(text(asked)))


def test_a_letter_has_its_link_in_both_its_forms_and_escapes_what_people_typed(told):
    letter = write()
    assert f"{told.base_url}/account" in letter.text_body
    assert f'href="{told.base_url}/account"' in letter.html_body
    assert "First <b>sentence</b> & more." in letter.text_body
    assert "First &lt;b&gt;sentence&lt;/b&gt; &amp; more." in letter.html_body


def test_a_letter_and_a_notice_bear_the_time_of_the_act(told, world):
    with frozen_at(NOW - timedelta(days=9)):
        letter = write()
        notice = notify(world.rosa, Phrase("Something happened."), kind="test", link="/")
    session.commit()
    session.refresh(letter)
    assert letter.written_at == session.get_one(Notice, notice.id).at == NOW - timedelta(days=9)


def test_a_letter_in_spanish_says_so(told):
    assert 'lang="es"' in write(locale="es").html_body


def test_a_forgotten_value_fails_the_act_instead_of_leaving_a_hole_in_the_letter(told):
    with pytest.raises(KeyError):
        write_letter(
            TO, Mail(Phrase("About %(thing)s", other=1), ["x"], Phrase("Look")), kind="test", link="/", locale="en"
        )


@pytest.mark.parametrize("subject", ["a\nBcc: everybody@x.org", "a\r\nb"])
def test_a_subject_is_one_line(told, subject):
    letter = write(subject=subject)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject
    assert envelope(letter, told)["Bcc"] is None


def test_a_subject_of_broken_characters_is_refused(told):
    with pytest.raises(Invalid):
        write(subject="a\x00b")


@pytest.mark.parametrize(
    "actor",
    [VISITOR, Actor(Audience.FACILITY, 1, 1), Actor(Audience.COORDINATOR, 1, None, 1), Actor(Audience.AGENCY, 1)],
)
def test_whoever_acts_may_cause_a_letter_and_a_notice(told, world, actor):
    person = world.rosa
    bind_actor(actor)
    letter = write()
    notice = notify(person, Phrase("Something happened."), kind="test", link="/account")
    assert letter.id in jobs()
    assert notice.id


def test_what_is_rolled_back_sends_nothing(told):
    before = len(jobs())
    write()
    session.rollback()
    assert len(jobs()) == before


@pytest.mark.committed
def test_without_a_mail_server_the_letter_lies_in_the_outbox(told):
    letter = write()
    session.commit()
    send_letter(letter.id, told)
    (file,) = told.outbox.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == TO
    assert message["Subject"] == "About something"
    assert "Second." in message.get_body(("plain",)).get_content()
    assert "Second." in message.get_body(("html",)).get_content()
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Letter, letter.id).sent_as == f"outbox:{file.name}"


@pytest.mark.committed
def test_a_job_done_twice_sends_once(told):
    letter = write()
    session.commit()
    send_letter(letter.id, told)
    (file,) = told.outbox.glob("*.eml")
    file.unlink()
    send_letter(letter.id, told)
    assert not list(told.outbox.glob("*"))


@pytest.mark.committed
def test_a_worker_sends_what_was_committed_and_the_link_that_was_asked_for(
    told, client, monkeypatch, fresh_database_url
):
    """The whole way: a form, a job, a letter, a second job, a file."""
    monkeypatch.setenv("MARKETPLACE_HOME", str(told.home))
    monkeypatch.delenv("SMTP_URL", raising=False)
    client.get("/forgotten-password").press("Send the link", email=TO)
    session.remove()
    work_off(fresh_database_url)
    (file,) = told.outbox.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == (TO, "Choose a new password")


def test_a_letter_that_is_not_there_is_no_error(told, session):
    send_letter(99_999_999, told)


class MailServerForTests(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as is needed; `refuse` is the answer to RCPT."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT" and self.server.refuse:
                self.wfile.write(self.server.refuse)
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    text += line
                self.server.letters.append(text)
                self.wfile.write(b"250 ok\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mail():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServerForTests)
    server.letters, server.refuse = [], b""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def over(server, told):
    return replace(told, mail_server=MailServer("127.0.0.1", server.server_address[1], tls=False))


@pytest.mark.committed
def test_with_a_mail_server_the_letter_goes_there(told, mail):
    letter = write()
    session.commit()
    send_letter(letter.id, over(mail, told))
    (received,) = mail.letters
    message = message_from_bytes(received, policy=policy.default)
    assert (message["To"], message["From"].addresses[0].addr_spec) == (TO, told.mail_from)
    assert str(letter.id) in message["Message-ID"]
    assert not told.outbox.exists()


@pytest.mark.committed
def test_a_server_that_is_down_is_tried_again_and_nothing_counts_as_sent(told, mail):
    letter = write()
    session.commit()
    mail.refuse = b"451 later\r\n"
    with pytest.raises(Exception, match="451"):
        send_letter(letter.id, over(mail, told))
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Letter, letter.id).sent_at is None
    session.rollback()
    mail.refuse = b""
    send_letter(letter.id, over(mail, told))
    assert len(mail.letters) == 1


@pytest.mark.committed
def test_an_address_refused_for_good_is_not_tried_again_and_says_why(told, mail):
    letter = write()
    session.commit()
    mail.refuse = b"550 no such person\r\n"
    send_letter(letter.id, over(mail, told))
    bind_actor(SYSTEM)
    session.expire_all()
    kept = session.get_one(Letter, letter.id)
    assert kept.sent_at is None
    assert kept.failed == "the mail server refused the address (550)"


def test_notices_are_read_one_by_one_or_all_together(visitors, world):
    rosa_id, tom_id = world.rosa.id, world.tom.id
    for number in (1, 2, 3):
        notify(world.rosa, Phrase("Thing %(number)s happened.", number=number), kind="test", link="/account/name")
    notify(world.tom, Phrase("Not for Rosa."), kind="test", link="/account")
    session.commit()
    rosa = visitors("rosa")
    rosa.get("/notices").sees("Thing 1 happened.", "Thing 3 happened.")
    assert "Not for Rosa" not in rosa.text
    rosa.press("Show Thing 3 happened.")
    assert rosa.path == "/account/name"
    rosa.get("/notices").press("Mark all as read")
    bind_actor(SYSTEM)
    session.expire_all()
    assert not session.scalars(select(Notice).where(Notice.person_id == rosa_id, Notice.read_at.is_(None))).all()
    assert session.scalars(select(Notice).where(Notice.person_id == tom_id, Notice.read_at.is_(None))).all()


def test_anothers_notice_does_not_exist(visitors, world):
    theirs = notify(world.tom, Phrase("Not for Rosa."), kind="test", link="/account").id
    session.commit()
    rosa = visitors("rosa")
    rosa.get("/notices")
    rosa.post(f"/notices/{theirs}/reading")
    assert rosa.status == 404


@pytest.mark.parametrize(("demo", "server"), [(False, False), (True, True)])
def test_the_outbox_is_a_page_of_the_demonstration_alone(app, client, settings, monkeypatch, demo, server):
    given = MailServer("127.0.0.1", 1, tls=False) if server else None
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, demo=demo, mail_server=given))
    for path in ("/outbox", "/outbox/x.eml", "/outbox/x.eml/file"):
        assert client.get(path).status == 404


def test_in_the_demonstration_letters_are_read_and_their_links_followed(told, app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(told, demo=True))
    letter = write(link="/join/facility")
    session.commit()
    send_letter(letter.id, told)
    client.get("/outbox").follow("About something")
    client.sees("Second.", TO)
    client.follow(f"{told.base_url}/join/facility")
    assert client.path == "/join/facility"


@pytest.mark.parametrize("name", ["../secret_key", "..%2fsecret_key", "x.eml", "%00", "a" * 3000])
def test_only_letters_of_the_outbox_are_shown(told, app, client, monkeypatch, name):
    monkeypatch.setitem(app.config, "SETTINGS", replace(told, demo=True))
    told.home.mkdir(exist_ok=True)
    (told.home / "secret_key").write_text("secret")
    assert client.get(f"/outbox/{name}").status == 404
    assert client.get(f"/outbox/{name}/file").status == 404
