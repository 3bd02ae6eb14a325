"""A pretend Microsoft and its Teams clients on loopback: the double that the tests of the Teams adapter use.

    microsoft = PretendMicrosoft(app_secret="...", now=clock)     # app id: double.APP_ID
    await microsoft.start()                                       # then give the bot these four:
    microsoft.metadata_url, microsoft.login_url, microsoft.service_url, world.TENANT
    microsoft.wire.bot_url = "http://127.0.0.1:8080/api/messages"
    jane, omar = microsoft.as_person(JANE), microsoft.as_person(OMAR)

    await jane.installs()                                         # the bot is told; microsoft.settle(OMAR) tells it nothing
    form = (await jane.opens("push", where=PROJECT_CHAT)).dialog  # from "+" or "/"; on=message for its "..." menu
    done = await jane.submits(form, secret="...", to=OMAR)        # by field id; done.dialog, .notice, .links, .complaints
    card = await microsoft.until(lambda: omar.latest("sent you a secret"))   # in Omar's chat with the bot
    seen = await omar.presses(card, "Open")                       # Execute: seen.card is Omar's alone; OpenUrl: seen.url
    await omar.says("help")                                       # omar.reads(omar.latest()) is all that the answer says
    microsoft.connector.fail_with(429, on="send", retry_after=1)  # also break_line, login.failures, identity.rotate()
    assert "#" not in microsoft.connector.stored                  # every body that the bot ever posted or put
    await microsoft.stop()                                        # Broken, when a card or an answer breaks the rules

Gestures take `times=3` and `repeat="same" | "anew" | "at_once"` for what impatient clients do.
"""
