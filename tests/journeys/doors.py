"""Two ways in: the pages in a real Chromium, and the API. A journey is told once and walked through both."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from conftest import Served
from huiying.demo.filling import PASSWORD
from huiying.ui.templatetags.ui_tags import STEPS, WITHDRAWN


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody takes home."""

    number: str
    code: str


class Refusal(Exception):  # noqa: N818  # an answer, not a fault
    """A door said no, and why."""


class Door(Protocol):
    """What people do at a door; `given` in the words of the procedure."""

    served: Served

    def bring(
        self, text: str, *, kind: str = "help", name: str = "", phone: str = "", address: str = ""
    ) -> Receipt: ...
    def act(self, login: str, number: str, act: str, *, track: str = "main", **given: Any) -> None: ...
    def classify(self, login: str, number: str, kind: str, matter: str, area: str) -> None: ...
    def resident(self, code: str, act: str, **given: Any) -> None: ...
    def progress(self, code: str) -> str: ...


class Api:
    """The API, with a token for each of the staff."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.tokens: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, login: str = "") -> Any:
        headers = {"Content-Type": "application/json"}
        if login:
            headers["Authorization"] = f"Bearer {self.token(login)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.served.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refusal(json.loads(error.read().decode())["detail"]) from error

    def token(self, login: str) -> str:
        if login not in self.tokens:
            made = self.served.huiying("token", "create", "--staff", login, "--json")
            assert made.returncode == 0, made.stderr
            self.tokens[login] = json.loads(made.stdout)["token"]
        return self.tokens[login]

    def bring(self, text: str, *, kind: str = "help", name: str = "", phone: str = "", address: str = "") -> Receipt:
        body = {"text": text, "kind": kind, "address": address, "contact": {"name": name, "phone": phone}}
        answer = self.ask("POST", "/demands", body)
        return Receipt(answer["number"], answer["receipt_code"])

    def act(self, login: str, number: str, act: str, *, track: str = "main", **given: Any) -> None:
        self.ask("POST", f"/cases/{number}/acts", {"act": act, "track": track, "given": given}, login)

    def classify(self, login: str, number: str, kind: str, matter: str, area: str) -> None:
        self.ask("POST", f"/cases/{number}/classify", {"kind": kind, "matter": matter, "area": area}, login)

    def resident(self, code: str, act: str, **given: Any) -> None:
        words = given.pop("what", None) or given.pop("why", None)
        body = {"text": words} if words else given
        self.ask("POST", f"/receipts/{code}/{act}", body)

    def progress(self, code: str) -> str:
        return str(self.ask("GET", f"/receipts/{code}")["stage"])


@dataclass
class Pages:
    """The pages, each of the staff in a browser window of their own."""

    served: Served
    browser: Browser
    windows: dict[str, BrowserContext] = field(default_factory=dict)

    def window(self, login: str) -> Page:
        if login not in self.windows:
            self.windows[login] = self.browser.new_context(base_url=self.served.url, locale="zh-CN")
            page = self.windows[login].new_page()
            if login:
                page.goto("/accounts/login/?next=/staff/")
                page.fill("[name=login]", login)
                page.fill("[name=password]", PASSWORD)
                page.click("main button[type=submit], main form button")
                page.wait_for_url("**/staff/")
        return self.windows[login].pages[0]

    def close(self) -> None:
        for window in self.windows.values():
            window.close()

    def bring(self, text: str, *, kind: str = "help", name: str = "", phone: str = "", address: str = "") -> Receipt:
        page = self.window("")
        page.goto("/")
        page.click("main a:has-text('我要反映')")
        page.check(f"[name=kind][value={kind}]")
        for asked in ({"text": text}, {"address": address}, {"name": name, "phone": phone}, {}):
            self.go_on(page)
            for field_name, value in asked.items():
                page.fill(f"[name={field_name}]", value)
        self.go_on(page)
        page.get_by_role("button", name="提交", exact=True).click()
        page.wait_for_selector(".receipt-code")
        code = page.locator(".receipt-code strong").inner_text()
        number = page.locator(".receipt-code dd").nth(1).inner_text()
        return Receipt(number, code)

    def act(self, login: str, number: str, act: str, *, track: str = "main", **given: Any) -> None:
        page = self.window(login)
        assert page.goto(f"/staff/case/{number}/").status == 200  # type: ignore[union-attr]
        link = page.locator(f"a[href$='/do/{track}/{act}/']")
        if not link.count():
            why = page.locator(".button-why").all_inner_texts()
            raise Refusal("；".join(why) or "这件工单现在不在您这里")
        self.follow(page, link)
        self.fill(page, given)
        self.submit(page)

    def fill(self, page: Page, given: dict[str, Any]) -> None:
        for name, value in given.items():
            if isinstance(value, list):
                for place, one in enumerate(value, 1):
                    page.select_option(f"[name={name}-{place}]", one)
                continue
            said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
            control = page.locator(f"[name={name}]").first
            if not control.count():  # an answer is written demand by demand
                control = page.locator("[name=proof-1]" if name == "evidence" else "[name=answer-1]")
            if control.get_attribute("type") == "radio":
                page.check(f"[name={name}][value='{said}']")
            elif control.get_attribute("data-combobox") is not None:
                self.choose(page, control, said)
            elif control.evaluate("element => element.tagName") == "SELECT":
                control.select_option(said)
            else:
                control.fill(said)

    def choose(self, page: Page, select: Locator, value: str) -> None:
        """Choose from a list that is searched by typing."""
        label = select.evaluate(
            "(one, value) => [...one.options].find((option) => option.value === value).label", value
        )
        field = page.locator(f"#{str(select.get_attribute('id')).removesuffix('-value')}")
        field.fill(label)
        field.press("Enter")
        assert select.input_value() == value

    def go_on(self, page: Page) -> None:
        """Go to the next page of the filing, once script has taken the form over."""
        page.wait_for_selector("form[data-draft][data-ready]")
        here = page.url
        page.get_by_role("button", name="继续", exact=True).click()
        page.wait_for_url(lambda url: url != here)

    def follow(self, page: Page, link: Locator) -> None:
        """Go where a link or button leads, and wait until all of that page is there."""
        with page.expect_navigation():
            link.click()

    def submit(self, page: Page) -> None:
        self.follow(page, page.locator("main form[method=post] button:not([disabled])").first)
        problems = page.locator(".errors-list li").all_inner_texts()
        if problems:
            raise Refusal("；".join(problems))

    def classify(self, login: str, number: str, kind: str, matter: str, area: str) -> None:
        page = self.window(login)
        page.goto(f"/staff/case/{number}/")
        self.follow(page, page.locator("text=确定事项").first)
        self.fill(page, {"kind": kind, "matter": matter, "area": area})
        self.submit(page)

    def resident(self, code: str, act: str, **given: Any) -> None:
        page = self.window("")
        page.goto("/find/")
        page.fill("[name=code]", code)
        self.submit(page)
        link = page.locator(f"a[href$='/{act}/']")
        if not link.count():
            raise Refusal("；".join(page.locator(".button-why").all_inner_texts()))
        self.follow(page, link)
        self.fill(page, given)
        self.submit(page)

    def progress(self, code: str) -> str:
        page = self.window("")
        page.goto(f"/r/{code}/")
        current = page.locator(".steps-item[aria-current=step]").inner_text()
        stages = {str(step): stage for stage, step in (STEPS | WITHDRAWN).items()}
        return stages[current.split("（")[0].strip()]
