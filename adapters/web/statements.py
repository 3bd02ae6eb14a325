"""What does this installation say of itself? Two quiet pages that need no login.

GET, HEAD /privacy   what is kept, and for how long
GET, HEAD /terms     what is promised, what is not, and what is asked of people

What stands here is true of the program, and SECURITY.md has the rest. An operator who has pages of their own names
them in the settings; ours then lead there, since what was published once may still point to ours.
"""

from collections.abc import Sequence

from aiohttp import web

from adapters.web.headers import answer_headers
from adapters.web.notices import NoticePages, Section
from adapters.web.render import Brand
from adapters.wording.catalog import Words, words_for_header

PRIVACY, TERMS = "/privacy", "/terms"


class StatementsDoor:
    """The pages on privacy and on terms."""

    def __init__(self, brand: Brand, *, https: bool, hsts: str, privacy_url: str = "", terms_url: str = "") -> None:
        """`privacy_url` and `terms_url`: the operator's own pages, where there are some."""
        self._brand = brand
        self._pages = NoticePages(brand, https=https, hsts=hsts)
        self._headers = answer_headers(https=https, hsts=hsts)
        self._elsewhere = {PRIVACY: privacy_url, TERMS: terms_url}

    def mount(self, app: web.Application) -> None:
        """Put the door into the house."""
        for path in self._elsewhere:
            app.router.add_get(path, self._show)

    async def _show(self, request: web.Request) -> web.Response:
        if there := self._elsewhere[request.path]:
            return web.Response(status=302, headers={**self._headers, "Location": there})
        words = words_for_header(request.headers.get("Accept-Language", ""))
        return self._privacy(words) if request.path == PRIVACY else self._terms(words)

    def _privacy(self, words: Words) -> web.Response:
        return self._pages.show(
            words,
            title=words.say("What this service keeps"),
            lines=[
                words.say("It passes on secrets by links that work a set number of times. To do that it must keep some things for a while.")
            ],
            sections=_kept(words),
            next_step=words.say("Questions about your data go to whoever runs this service: {name}.", name=self._brand.name),
        )

    def _terms(self, words: Words) -> web.Response:
        name = self._brand.name
        return self._pages.show(
            words,
            title=words.say("Terms of use"),
            lines=[
                words.say(
                    "{name} runs this service for the people who may use it. The rules for their other systems hold here too.", name=name
                )
            ],
            sections=_agreed(words),
            next_step=words.say("For help, ask whoever runs this service: {name}.", name=name),
        )


def _kept(words: Words) -> Sequence[Section]:
    say = words.say
    return [
        Section(
            say("Kept, and until when"),
            [
                say("The secret, locked: until it has been opened as often as its sender allows, has expired or is taken back."),
                say("Who sent it, for whom, under which label, and what became of it: until seven days after it expires."),
                say("Who asked whom for a secret, and what for: until seven days after that request expires."),
                say(
                    "A secret that was typed by mistake and waits in a form, and where a message stands that you push, locked: an hour at most."
                ),
                say(
                    "What members and admins set, counts that name nobody, and what the app needs to write in chat: until it is removed there."
                ),
                say("Where people of two chats may reach each other: their e-mail addresses, locked, until they remove the app."),
                say("Hashes that tell a repeated request from a new one, or slow down guessing from one address: some minutes."),
            ],
        ),
        Section(
            say("Who could read a secret"),
            [
                say(
                    "The key is in the link or in the recipient's button, where it is locked. What lies in the service's store is not enough to open it."
                ),
                say(
                    "What is typed into a chat's form passes through that chat's servers, and through this service for the moment of locking."
                ),
                say("Whoever runs this service could change its pages, and so read what is opened there."),
            ],
        ),
        Section(
            say("Not kept"),
            [
                say("No cookies where secrets are read, no account, no tracking, and nothing that is loaded from elsewhere."),
                say("No secret, no link and no network address in the log."),
            ],
        ),
    ]


def _agreed(words: Words) -> Sequence[Section]:
    say = words.say
    return [
        Section(
            say("What is promised"),
            [
                say("Each view goes to one reader at most, who may fetch it again for a minute if the connection drops."),
                say("Opening the page uses up nothing, and neither does a link preview. Five wrong passphrases destroy the secret."),
                say("What is used up, expired or taken back cannot be opened again, and nobody can bring it back."),
            ],
        ),
        Section(
            say("What is not promised"),
            [
                say("A secret may be lost when the store is lost. Keep your own copy of what you cannot do without."),
                say("Whoever opens a secret can keep it and pass it on."),
                say("The software is pushpw, under the Apache License 2.0, which gives no warranty."),
            ],
        ),
        Section(
            say("What is asked of you"),
            [
                say("Send only what you may share, to people who may have it."),
                say("Do not use it to deceive or to harm."),
                say("If a secret was opened and its recipient says that it was not by them, change it."),
            ],
        ),
    ]
