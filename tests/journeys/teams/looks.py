"""What does a card look like to whoever reads it?"""

from playground.microsoft import forms
from playground.microsoft.client import Client
from playground.microsoft.world import Message


def buttons(client: Client, message: Message) -> list[str]:
    """The words on the buttons that can be pressed at once; what a button unfolds is not among them."""
    return [each.action["title"] for each in forms.buttons(client.card(message)) if len(each.cards) == 1]


def first_line(client: Client, message: Message) -> str:
    """What the card says before all else."""
    return client.reads(message).split("\n", 1)[0]


def receipts(client: Client) -> list[Message]:
    """The receipt cards in somebody's chat with the app."""
    return [
        each for each in client.messages() if not each.sender and each.card is not None and first_line(client, each).startswith("Secret")
    ]
