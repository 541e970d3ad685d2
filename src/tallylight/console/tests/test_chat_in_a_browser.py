"""A chat in a real browser: words arrive once and in order, whatever happens to the connection."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, Locator, Page, expect
from tests.promises.world import World, make_world

from tallylight.console.tests.browsing import Web, chromium, picture, serving, window
from tallylight.support.models import Entry, Ticket

# The machine may be busy; what is expected comes, but not always within five seconds.
expect.set_options(timeout=30_000)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def synchronous() -> Iterator[None]:
    """Playwright runs an event loop in this thread, in which Django would refuse to ask the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE") if before is None else None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def web(world: World) -> Iterator[Web]:
    connections.close_all()
    with serving() as found:
        yield found


def open_chat(page: Page) -> Locator:
    page.goto("/")
    page.get_by_role("link", name="Chat with the desk").click()
    return page.locator("#chat")


def say(chat: Locator, text: str) -> None:
    chat.locator("textarea").fill(text)
    chat.locator("textarea").press("Enter")


def words(chat: Locator) -> list[str]:
    return chat.locator("[data-lines] .chat-words .prose").all_inner_texts()


def test_words_come_and_go_without_a_reload(world: World, web: Web, browser: Browser) -> None:
    page = window(browser, web, world.large.member).new_page()
    chat = open_chat(page)
    expect(chat.locator("[data-chat-stands]")).to_contain_text("Your first words open a ticket.")
    say(chat, "The picture freezes in Dubai")
    expect(chat.locator("[data-lines]")).to_contain_text("The picture freezes in Dubai")
    expect(chat.locator("[data-chat-stands]")).to_contain_text("your contract promises it by")
    ticket = Ticket.objects.get()
    assert ticket.title == "The picture freezes in Dubai"

    desk = window(browser, web, world.agent).new_page()
    desk.goto(f"/tickets/{ticket.pk}")
    desk.fill("#reply-text", "We look at it.")
    desk.click("[value=say]")
    expect(chat.locator("[data-lines]")).to_contain_text("We look at it.")
    expect(chat.locator("[data-chat-stands]")).to_contain_text("has it in hand")
    say(chat, "Thank you")
    expect(desk.locator(".conversation").first).to_contain_text("Thank you")
    assert words(chat) == ["The picture freezes in Dubai", "We look at it.", "Thank you"]
    assert Ticket.objects.count() == 1
    picture(page, "chat-portal")
    picture(desk, "chat-desk")


def test_each_side_sees_that_the_other_is_there_writes_and_has_read(world: World, web: Web, browser: Browser) -> None:
    page = window(browser, web, world.large.member).new_page()
    chat = open_chat(page)
    say(chat, "It freezes")
    expect(chat.locator("[data-lines]")).to_contain_text("It freezes")
    desk = window(browser, web, world.agent).new_page()
    desk.goto(f"/tickets/{Ticket.objects.get().pk}")
    expect(desk.locator("[data-marks]")).to_contain_text("Member of Astra Voice is here now.")
    chat.locator("textarea").press_sequentially("and")
    expect(desk.locator("[data-marks]")).to_contain_text("Member of Astra Voice is writing…")
    desk.locator("#reply-text").press_sequentially("We look")
    expect(chat.locator("[data-marks]")).to_have_text("Night agent is writing…")
    desk.click("[value=say]")
    expect(desk.locator(".conversation").first).to_contain_text("Member of Astra Voice read it at")
    picture(desk, "chat-read")


def test_a_server_that_dies_in_the_middle_loses_and_doubles_nothing(world: World, web: Web, browser: Browser) -> None:
    page = window(browser, web, world.large.member).new_page()
    chat = open_chat(page)
    say(chat, "one")
    expect(chat.locator("[data-lines]")).to_contain_text("one")
    ticket = Ticket.objects.get()
    web.kill()
    for text in ("two", "three", "four"):
        say(chat, text)
    expect(chat.locator(".chat-waiting")).to_have_count(3)
    expect(chat.locator(".chat-waiting").first).to_contain_text("Not sent yet")
    picture(page, "chat-lost")

    # What the desk says meanwhile reaches them when they are back.
    from tallylight.accounts.sign_in import _viewer
    from tallylight.kernel import clock
    from tallylight.support import api

    api.say(_viewer(world.agent), ticket.pk, "meanwhile", channel=api.Channel.CONSOLE, now=clock.now())
    web.start()
    expect(chat.locator(".chat-waiting")).to_have_count(0)
    expect(chat.locator("[data-lines]")).to_contain_text("meanwhile")
    expect(chat.locator("[data-lines] .prose")).to_have_count(5)
    assert sorted(words(chat)) == sorted(["one", "two", "three", "four", "meanwhile"])
    own = list(Entry.objects.filter(channel="chat", kind="message").order_by("id").values_list("text", flat=True))
    assert own == ["one", "two", "three", "four"]


def test_a_file_goes_along_and_comes_back(world: World, web: Web, browser: Browser) -> None:
    page = window(browser, web, world.large.member).new_page()
    chat = open_chat(page)
    chat.locator("[type=file]").set_input_files({"name": "loss.csv", "mimeType": "text/csv", "buffer": b"at,loss"})
    say(chat, "See the file")
    link = chat.locator("[data-lines] a", has_text="loss.csv")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "loss.csv"
    desk = window(browser, web, world.agent).new_page()
    desk.goto(f"/tickets/{Ticket.objects.get().pk}")
    expect(desk.locator(".conversation").first).to_contain_text("loss.csv")
    chat.locator("[type=file]").set_input_files({"name": "run.exe", "mimeType": "text/plain", "buffer": b"MZ"})
    say(chat, "And this")
    expect(chat.locator(".chat-waiting")).to_contain_text("The file “run.exe” is not taken.")
    picture(page, "chat-files")
    chat.get_by_role("button", name="Take it back").click()
    expect(chat.locator("textarea")).to_have_value("And this")
    expect(chat.locator(".chat-waiting")).to_have_count(0)


def test_an_answer_that_is_lost_is_not_a_message_twice(world: World, web: Web, browser: Browser) -> None:
    page = window(browser, web, world.large.member).new_page()
    chat = open_chat(page)
    swallowed = []

    def take_and_never_answer(route: object) -> None:
        if len(swallowed) < 2:
            swallowed.append(route.fetch().status)  # type: ignore[attr-defined]
            route.abort("connectionreset")  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/api/v1/chat/messages", take_and_never_answer)
    say(chat, "once")
    expect(chat.locator("[data-lines] .prose")).to_have_text(["once"])
    assert swallowed == [201, 201]
    assert (Ticket.objects.count(), Entry.objects.filter(kind="message").count()) == (1, 1)


def test_a_reply_on_the_tickets_page_waits_for_its_connection(world: World, web: Web, browser: Browser) -> None:
    context = window(browser, web, world.large.member)
    page = context.new_page()
    chat = open_chat(page)
    say(chat, "It freezes")
    expect(chat.locator("[data-lines]")).to_contain_text("It freezes")
    page.goto(f"/tickets/{Ticket.objects.get().pk}")
    expect(page.locator(".connection")).to_have_attribute("data-state", "open")
    context.set_offline(True)
    page.fill("#reply-text", "And now the sound too")
    page.click("[value=say]")
    expect(page.locator("form[data-reply] .chat-waiting")).to_contain_text("Not sent yet")
    context.set_offline(False)
    expect(page.locator(".conversation").first).to_contain_text("And now the sound too")
    expect(page.locator("form[data-reply] .chat-waiting")).to_have_count(0)
    assert Entry.objects.filter(text="And now the sound too").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_on_a_narrow_screen_the_chat_is_the_page(world: World, web: Web, browser: Browser, language: str) -> None:
    page = window(browser, web, world.large.member, language=language, width=390).new_page()
    page.goto("/")
    page.locator("[data-chat-open]").click()
    chat = page.locator("#chat")
    say(chat, "一 The picture freezes in Dubai, since nine in the evening, on every second device")
    expect(chat.locator("[data-lines] .prose")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, f"chat-narrow-{language}")
    page.keyboard.press("Escape")
    expect(chat).to_be_hidden()
    expect(page.locator("[data-chat-open]")).to_be_focused()
