"""Three ways to work a page: with the mouse, with the keys alone, with a finger."""

from __future__ import annotations

from abc import ABC, abstractmethod

from playwright.sync_api import Locator, Page, expect

Point = tuple[float, float]

#: how many steps of the Tab key it is to an element, backwards below nought
STEPS = """goal => {
  const stops = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility());
  return stops.indexOf(goal) - stops.indexOf(document.activeElement);
}"""


def middle(one: Locator) -> Point:
    one.scroll_into_view_if_needed()
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Hand(ABC):
    """Presses, writes, ticks and chooses, each by its own means."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @abstractmethod
    def press(self, one: Locator) -> None:
        """A link, a button, a box to tick, a field to write in."""

    def tick(self, box: Locator) -> None:
        self.press(box)
        expect(box).to_be_checked()

    def write(self, field: Locator, text: str) -> None:
        self.press(field)
        if field.get_attribute("type") == "date":
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.insert_text(text)

    def choose(self, field: Locator, label: str) -> None:
        """The list that opens belongs to the system, and no page sees a pointer in it."""
        self.press(field)
        field.select_option(label=label)


class Mouse(Hand):
    def press(self, one: Locator) -> None:
        one.click()

    def pull(self, start: Point, *ways: Point) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for way in ways:
            self.page.mouse.move(*way)
        self.page.mouse.up()


class Keys(Hand):
    def reach(self, one: Locator) -> None:
        """By the Tab key alone, from wherever the focus is."""
        for _try in range(6):
            steps = one.evaluate(STEPS)
            if not steps:
                break
            for _step in range(abs(steps)):
                self.page.keyboard.press("Tab" if steps > 0 else "Shift+Tab")
        expect(one).to_be_focused()

    def press(self, one: Locator) -> None:
        self.reach(one)
        self.page.keyboard.press("Enter")

    def tick(self, box: Locator) -> None:
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)

    def choose(self, field: Locator, label: str) -> None:
        self.write(field, label)


class Finger(Hand):
    """Touches go the way of Chromium's own protocol, as those of a phone do."""

    def press(self, one: Locator) -> None:
        one.tap()

    def pull(self, start: Point, *ways: Point) -> None:
        finger = self.page.context.new_cdp_session(self.page)

        def touch(kind: str, *points: Point) -> None:
            places = [{"x": x, "y": y} for x, y in points]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        touch("touchStart", start)
        for way in ways:
            touch("touchMove", way)
        touch("touchEnd")
