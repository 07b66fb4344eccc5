"""A long form whose sender's sign-in has ended: nothing is saved, and nothing that was typed is lost."""

from __future__ import annotations

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.person import Person
from tests.browser.sites import APP, Sites

COOKIE = "sid"
KEPT = {"name": "Vista ERP", "host": "sql.example.com", "table": "commitment_status"}


def value_of(person: Person, name: str) -> str:
    return person.browser.find_element(By.NAME, name).get_attribute("value") or ""


def test_what_was_typed_comes_back_after_signing_in_again_but_for_the_password(
    browser: Chrome, sites: Sites
) -> None:
    person = Person(browser)
    browser.get(sites.portal_as("Dana Whitfield", "/"))
    browser.get(f"{sites.origin(APP)}/settings/sources/new?kind=sql")
    person.signs_in_to_settings("Dana Whitfield", "Hollis & Grant Builders")
    person.sees("Add a source")
    for name, text in {**KEPT, "password": "planted"}.items():
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)
    person.chooses("Encryption", "None")
    browser.delete_cookie(
        next(each["name"] for each in browser.get_cookies() if each["name"].endswith(COOKIE))
    )

    person.presses("Test")
    person.sees("What you typed is kept in this tab")
    assert "planted" not in browser.execute_script("return JSON.stringify(sessionStorage)")
    person.follows("Sign in")
    person.signs_in_to_settings("Dana Whitfield", "Hollis & Grant Builders")

    person.sees("What you typed is here again")
    assert {name: value_of(person, name) for name in KEPT} == KEPT
    assert value_of(person, "encryption") == "off"
    assert value_of(person, "password") == ""
    assert "Vista" not in browser.execute_script("return JSON.stringify(sessionStorage)")
    browser.refresh()
    person.sees("Add a source")
    assert value_of(person, "name") == ""  # it came back once
