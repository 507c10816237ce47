"""How the bot that runs on this machine is, asked from another process."""

from http.client import HTTPConnection, HTTPException

from bot.settings import Address
from index.errors import PilcrowError


class UnwellError(PilcrowError):
    """The bot is not connected, or there is none to ask."""


def ask_health(address: Address | None) -> str:
    """What the bot says whose metrics are served there, if it is connected to Discord.

    Raises:
        UnwellError: it is not, or nobody answers.
    """
    if address is None:
        raise UnwellError("There is no bot to ask: set PILCROW_METRICS as it is set for the bot.")
    connection = HTTPConnection(*address, timeout=10)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        words = response.read(1000).decode("utf-8", "replace").strip()
    except (OSError, HTTPException) as error:
        raise UnwellError(
            f"No bot answers at {address.host}:{address.port} ({error}): "
            "see whether it runs, and with this PILCROW_METRICS."
        ) from None
    finally:
        connection.close()
    if response.status != 200:
        raise UnwellError(f"The bot is {words}: its log says why.")
    return f"The bot is {words}."
