"""What a page does behind the scenes: broken policy, script errors, failed requests."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Response

# Answers that a journey asks for on purpose, and what a line cut by the journey itself says.
_EXPECTED = ("status of 404", "status of 403", "status of 422", "status of 409",
             "ERR_INTERNET_DISCONNECTED")  # fmt: skip
_LISTEN = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  "CSP " + event.violatedDirective + " " + event.blockedURI + " " + (event.sample || "")));
"""


class Watch:
    """Collects into ``found`` what no page of the portal may do."""

    def __init__(self, context: BrowserContext) -> None:
        self.found: list[str] = []
        context.add_init_script(_LISTEN)
        context.on("page", self._look_at)

    def _look_at(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in _EXPECTED):
            self.found.append(f"{message.location.get('url', '')}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.found.append(f"script error: {error}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.found.append(f"{response.status} {response.url}")
