"""What do people see in Teams? Adaptive Cards and dialogs, a file for each thing shown; they are named as in adapters/slack/render.

Everywhere: `words` is the reader's voice; `names: Mapping[Entra id, display name]` of whoever a card may name; `value` is sealed; a
card comes back as a plain dict, whose `fallbackText` serves as the message's `summary` too. Nothing is sealed, looked up or sent here.

    answers     dialog(title, card, small=False)  dialog_says(words, said, title="")                 fetchTask, task/fetch, task/submit, submitAction
                in_compose(card)                                                                     submitAction: share it here
                for_this_user(card)  toast(said)                                                     adaptiveCard/action
                attached(card)  message(card)                                                        an activity that the connector sends
    form        push_form(words, policy, form, sealed, names, remarks=None)  form_title(words)
                Remarks(wrong="", at="secret", about=())                                             at: the field of a BadInput, or one of ours
                sends {dialog, form, [act: GENERATE | LINES]} and secret, recipients, where, expiry, views, passphrase, label
    created     created_link(words, receipt, url, unreachable=())                                    the only card with a link to copy: in a dialog
                created(words, receipts, names, unreachable=(), here=False)                          for one person or several
    invitation  invitation(words, receipt, names, value, fading=False)  reminder(words, receipt, names)     OPEN {value}
                invitation_ended(words, receipt, names)  extended(words, receipt, names)
                view_in_browser(words, receipt, names, url, host, value)  not_opened_card(words, said, value="")     answers to OPEN, for_this_user
    share       share_card(words, receipts, names, value)                                            OPEN {value}
    card        receipt_card(words, receipt, names, offered=(), fading=False)                        BURN, RELEASE, NUDGE {reference}
                                                                                                     EXTEND {reference, expiry}; dialog AGAIN {reference}
    group_card  group_card(words, receipts, names, fading=())                                        BURN, RELEASE, BURN_GROUP {reference}
    listing     listing(words, live, names, page=0, burned=None)                                     LIST_BURN {reference, page}, LIST_PAGE {page}
    passing_on  offer(words, receipt, names, value)  offer_ended, offered(words, receipt, names)     dialog PASS_ON {value}; its answer: created_link
    request     ask_form(words, form, sealed, names, remarks=None)  ask_title(words)                 sends {dialog, form} and asked, what
                asked_note(words, request, names)                                                    the dialog's result
                ask, ask_ended, request_card (words, request, names)                                 dialog ANSWER {request}; DECLINE, TAKE_BACK {request}
                answer_form(words, policy, request, form, sealed, names, remarks=None)               sends {dialog, form, [act]} and secret, passphrase
                answer_title(words)
    waiting     form_waits(words, sealed, names=())  ask_waits(words, sealed)                        dialogs PUSH, REQUEST {form}: for a typed command
    recipients  lines_about(words, choice)  refused_names(words, refused, policy)                    for Remarks
    help        welcome(words)  introduction(words)  help_card(words, shared=True)  typed_by_mistake(words)  nobody_named_here(words)
    blocks      told(words, said, *more)                                                             a card that says one thing
                Spelling(words, names)  Plainly(words, names)                                        the Marks of a card, and of a notification

`recipients` are Entra ids, comma-separated; nobody chosen means a link, whatever `where` says, which is `chat` or `here` and may be
missing. `expiry` (seconds) and `views` come as the strings of numbers.
"""
